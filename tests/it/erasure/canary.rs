//! Nothing of somebody who was erased is found again: not in the database's files, not in a dump of it, not in logs, not in
//! the ledger, and not in the company's own databases.

use crate::support::{
    TestApp,
    connect::{Crm, http},
    database::Engine,
    erase::ERASE,
    reconcile::{difference, differences},
    request::{REJECT, SUBMIT},
    third_party::FakeThirdParty,
};
use chrono::TimeDelta;
use kartotek::auth::TokenRequest;
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row, postgres::PgConnectOptions};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";
const PROJECTS: &str = "Projektdatabas";
const NUMBER: &str = "KANARIE-7731";

/// What is looked for: all that says who it was, as it was written and as it is stored.
const CANARIES: [&str; 9] = [
    NUMBER,
    "Zvezdinova",
    "kanaria.zvezdinova@example.com",
    "Kanariegatan",
    "701740699",
    "197701312436",
    "770131-2436",
    "EXT-KANARIE",
    "Kanaria",
];

/// What the program has logged in this test's thread.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A table of people in PostgreSQL where there is one, and in SQLite otherwise.
enum Projects {
    Postgres { admin: String, url: String, name: String },
    Sqlite(Crm),
}

impl Projects {
    #[expect(clippy::disallowed_methods, reason = "the environment says where the server is")]
    async fn new() -> Self {
        let rows = [
            (NUMBER, "Kanaria Zvezdinova", "kanaria.zvezdinova@example.com"),
            ("K-2", "Bo", "bo@example.org"),
        ];
        let admin = std::env::var("TEST_DATABASE_URL").ok().filter(|url| url.contains("127.0.0.1"));
        let Some(admin) = admin else { return Self::Sqlite(Crm::with(&rows).await) };
        let name = format!("kartotek_canary_{}", std::process::id());
        ask(&admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
        ask(&admin, &format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        ask(&url, "CREATE TABLE people (number text PRIMARY KEY, name text, email text)").await;
        for (number, name, email) in rows {
            ask(&url, &format!("INSERT INTO people VALUES ('{number}', '{name}', '{email}')")).await;
        }
        Self::Postgres { admin, url, name }
    }

    /// Known by the customer number.
    fn connector(&self) -> serde_json::Value {
        let url = match self {
            Self::Postgres { url, .. } => url,
            Self::Sqlite(crm) => &crm.url,
        };
        json!({ "sql": { "url": url, "tables": [{ "table": "people", "subjectColumn": "number",
            "subjectKey": "REFERENCE", "columns": [{ "column": "name", "category": "user.name" }] }] } })
    }

    async fn has(&self, number: &str) -> bool {
        match self {
            Self::Postgres { url, .. } => {
                !ask(url, &format!("SELECT number FROM people WHERE number = '{number}'")).await.is_empty()
            }
            Self::Sqlite(crm) => crm.person(number).await.is_some(),
        }
    }

    async fn finish(self) {
        if let Self::Postgres { admin, name, .. } = self {
            ask(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn ask(url: &str, sql: &str) -> Vec<String> {
    // What the test itself asks is not the program's to log.
    let options = url.parse::<PgConnectOptions>().unwrap().disable_statement_logging();
    let mut connection = options.connect().await.unwrap();
    let rows = connection.fetch_all(AssertSqlSafe(sql.to_owned())).await.unwrap();
    rows.iter().map(|row| row.try_get(0).unwrap()).collect()
}

/// Everything that is kept of the database: its files as they lie there, or a dump of what is in it.
async fn kept(app: &TestApp) -> Vec<(String, Vec<u8>)> {
    match app.database.engine {
        Engine::Sqlite => {
            let file = app.database.file().unwrap();
            let files = ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", file.display())));
            let there = files.into_iter().filter(|file| file.exists());
            there.map(|file| (file.display().to_string(), std::fs::read(&file).unwrap())).collect()
        }
        Engine::Postgres => {
            app.database.run("VACUUM FULL").await;
            let dump =
                Command::new(pg_dump()).arg(app.database.url().trim_end_matches('?')).output().unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            vec![("pg_dump".to_owned(), dump.stdout)]
        }
    }
}

/// Beside initdb, or wherever it is found.
fn pg_dump() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found = versions
        .map(|version| version.path().join("bin/pg_dump"))
        .filter(|it| it.exists())
        .collect::<Vec<_>>();
    found.sort();
    found.pop().unwrap_or_else(|| "pg_dump".into())
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text))
}

/// The canaries that are found, as text, and as dumps write bytes.
fn found(kept: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bytes) in kept {
        for canary in CANARIES {
            let hex = canary.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            if contains(bytes, canary.as_bytes()) || contains(bytes, hex.as_bytes()) {
                found.push(format!("{canary} in {name}"));
            }
        }
    }
    found
}

/// Somebody with their data in each kind of place, of whom people have written in each place where they can.
async fn canary(app: &TestApp) -> String {
    let input = json!({ "reference": NUMBER, "kind": "PERSON", "locale": "SV", "channel": "EMAIL", "profile": {
        "name": "Kanaria Zvezdinova", "email": "kanaria.zvezdinova@example.com", "phone": "+46 70 174 06 99",
        "address": "Kanariegatan 77, Zvezdingrad", "nationalId": "770131-2436" } });
    let answer = app.agent().ask(crate::support::build::REGISTER, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(), []);
    let customer = answer.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned();
    let ended = app.start(&customer, "domain-se").await;
    app.start(&customer, "web-hosting").await;
    app.allow(&customer, "web-hosting").await;
    let host = app.system_id(HOST).await;
    assert_eq!(app.share(&customer, &host, &["user.name", "user.contact.email"]).await.user_errors(), []);
    // It is compared before the map says so: they are told of by their number.
    let compared = app.compare(PROJECTS, json!({})).await;
    let unmapped = difference("MISSING_ON_MAP", Some(NUMBER), "user.name", Some(NUMBER));
    assert!(differences(&compared, NUMBER).contains(&unmapped), "{compared:#}");
    for (system, channel) in [(CRM, "EMAIL"), ("Ärendesystem", "EMAIL"), (PROJECTS, "IMPORT")] {
        let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": channel,
            "systemId": app.system_id(system).await, "externalReference": format!("EXT-KANARIE-{system}") });
        assert_eq!(app.record(line).await.user_errors(), []);
    }
    assert_eq!(app.end(&ended, json!({ "reason": "Kanaria Zvezdinova has died" })).await.user_errors(), []);
    let hold = json!({ "customerId": customer, "reason": "Zvezdinova against us", "reference": NUMBER });
    let held = app.compliance().ask(crate::support::dispose::HOLD, json!({ "input": hold })).await;
    let hold = held.data()["placeLegalHold"]["legalHold"]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.lift(&hold, json!({ "reason": "Zvezdinova has won" })).await.user_errors(), []);
    // They ask for something themselves, under their own name.
    let request = TokenRequest {
        customer: Some(NUMBER.to_owned()),
        name: Some("Kanaria Zvezdinova".to_owned()),
        ..crate::support::actors::claims(&["CUSTOMER"])
    };
    let input = json!({ "customerId": customer, "type": "ERASURE", "channel": "PORTAL",
        "categories": ["user.biometric"], "note": "Kanariegatan 77" });
    let asked = app.bearer(&request).ask(SUBMIT, json!({ "input": input })).await;
    let asked = asked.data()["submitDataRequest"]["dataRequest"]["id"].as_str().unwrap().to_owned();
    let question =
        json!({ "dataRequestId": asked, "reason": "IDENTITY", "question": "Are you Kanaria Zvezdinova?" });
    app.agent().ask(crate::support::request::PAUSE, json!({ "input": question })).await.data();
    let more = json!({ "explanation": "We told Zvezdinova.", "dataRequestId": asked });
    app.extend(&asked, more).await.data();
    let no = json!({ "dataRequestId": asked, "ground": "EXCESSIVE", "explanation": "Zvezdinova was told before." });
    app.compliance().ask(REJECT, json!({ "input": no })).await.data();
    let proven = "UPDATE data_request SET verified_method = 'passport', verified_reference = 'Zvezdinova 77', verified_by = 'x', \
                  verified_at = submitted_at";
    app.database.run(proven).await;
    let delivered = app.deliver(&asked).await;
    assert_eq!(delivered.user_errors(), []);
    customer
}

#[tokio::test]
async fn nothing_of_somebody_who_was_erased_is_found_again() {
    let logs = Logs::default();
    let writer = logs.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("debug,kartotek=trace"))
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let app = TestApp::new().await;
    // Other tests may have been the first to come by a place that logs, a moment before somebody listened.
    tracing::callsite::rebuild_interest_cache();
    tracing::info!("somebody listens");
    let person =
        [("1", "Kanaria Zvezdinova", "kanaria.zvezdinova@example.com"), ("2", "Bo", "bo@example.org")];
    let (crm, projects) = (Crm::with(&person).await, Projects::new().await);
    let mut by_email = crm.connector();
    by_email["sql"]["tables"][0]["subjectColumn"] = json!("email");
    by_email["sql"]["tables"][0]["subjectKey"] = json!("EMAIL");
    let host = FakeThirdParty::new(app.clock.clone()).await;
    for (system, connector) in [(CRM, by_email), (PROJECTS, projects.connector()), (HOST, http(&host))] {
        assert_eq!(app.connect(system, connector).await.user_errors(), []);
    }
    let customer = canary(&app).await;
    // The test can fail: before, it is all there.
    assert!(found(&kept(&app).await).iter().any(|it| it.starts_with(NUMBER)));

    tracing::callsite::rebuild_interest_cache();
    let input = json!({ "customerId": customer, "reason": "asked for by phone", "channel": "PHONE" });
    let erased = app.compliance().ask(ERASE, json!({ "input": input })).await;
    assert_eq!(erased.user_errors(), []);
    assert_eq!(erased.data()["eraseCustomer"]["customer"]["status"], "ERASED");
    for _ in 0..3 {
        app.work().await;
        app.advance(TimeDelta::hours(2));
    }
    for task in app.tasks(&customer).await.iter().filter(|task| task["outcome"].is_null()) {
        assert_eq!(task["state"], "NEEDS_HUMAN", "{task}");
        assert_eq!(app.complete(task, json!({})).await.user_errors(), []);
    }
    // Their databases are empty of them, and of nobody else; nothing untouched was said to be done.
    assert_eq!((crm.person("1").await, crm.person("2").await.is_some()), (None, true));
    assert_eq!((projects.has(NUMBER).await, projects.has("K-2").await), (false, true));
    let told = host.asked().iter().map(|one| one.body.to_string()).collect::<String>();
    assert!(told.contains("kanaria.zvezdinova@example.com") && host.done().len() == 1);
    for system in [CRM, PROJECTS] {
        let task = app.tasks_at(&customer, system).await.remove(0);
        assert_eq!(
            (&task["outcome"], &task["evidence"]["rowsChanged"]),
            (&json!("DONE"), &json!(1)),
            "{task}"
        );
    }
    assert!(
        app.map(&customer)
            .await
            .iter()
            .all(|(_, _, state)| ["ERASED", "ANONYMIZED"].contains(&state.as_str()))
    );
    assert!(app.database.rows("SELECT system_id FROM envelope").await.is_empty());
    // What people attested is the last thing that a worker's pass wipes out of the log.
    app.server.erasures.empty_log().await;

    assert_eq!(found(&kept(&app).await), Vec::<String>::new());
    let ledger = std::fs::read(app.database.beside("erasure-ledger.jsonl")).unwrap();
    assert_eq!(found(&[("the ledger".to_owned(), ledger)]), Vec::<String>::new());
    let logged = logs.0.lock().unwrap().clone();
    assert!(contains(&logged, b"somebody listens"), "nothing was logged");
    assert_eq!(found(&[("the logs".to_owned(), logged)]), Vec::<String>::new());
    projects.finish().await;
    // Which looks at the whole audit log, too.
    app.finish().await;
}

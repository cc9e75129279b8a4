//! Killed at any moment, the database opens again: every answer that was given has its rows and its event, and
//! nothing is there by halves.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a look at the database from outside"
)]

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

const CLIENTS: usize = 32;
const KILLS: u64 = 6;

/// What the server said it had done, by request id.
#[derive(Debug, Default)]
struct Answered {
    /// (request id, reference) of every customer that it said was registered.
    registered: Mutex<Vec<(String, String)>>,
    /// Request ids of every read that it gave an answer to.
    read: Mutex<Vec<String>>,
}

impl Answered {
    fn count(&self) -> usize {
        self.registered.lock().unwrap().len() + self.read.lock().unwrap().len()
    }
}

async fn wait(milliseconds: u64) {
    tokio::time::timeout(Duration::from_millis(milliseconds), std::future::pending::<()>())
        .await
        .unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_for(folder.path()).await;
    let answered = Arc::new(Answered::default());
    let mut slowest = Duration::ZERO;
    for round in 0..KILLS {
        let started = Instant::now();
        let (mut server, address) = start(folder.path(), &database);
        slowest = slowest.max(started.elapsed());
        let stop = Arc::new(AtomicBool::new(false));
        let token = token(folder.path());
        let number = Arc::new(AtomicUsize::new(0));
        let clients = (0..CLIENTS).map(|client| {
            let work = Work {
                url: format!("http://{address}/graphql"),
                token: token.clone(),
                prefix: format!("CRASH-{round}-{client}"),
                answered: answered.clone(),
                stop: stop.clone(),
                number: number.clone(),
            };
            tokio::spawn(work.run())
        });
        let clients = clients.collect::<Vec<_>>();
        // Now while the first answers are under way, now in the middle of the work, never at the same moment.
        let enough = answered.count() + [1, 80, 20][usize::try_from(round).unwrap() % 3];
        let patience = Instant::now();
        while answered.count() < enough && patience.elapsed() < Duration::from_mins(1) {
            wait(1).await;
        }
        wait(u64::from(started.elapsed().subsec_nanos()) % 50).await;
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.await.unwrap();
        }
    }
    assert!(slowest < Duration::from_secs(30), "opening again took {slowest:?}");

    // It opens once more, and says so.
    let (mut server, _) = start(folder.path(), &database);
    let db = Database::connect(&database).await.unwrap();
    check(&db, &answered).await;
    server.kill();
    db.close().await.unwrap();
    drop_database(&database).await;
}

async fn check(db: &DatabaseConnection, answered: &Answered) {
    let registered = answered.registered.lock().unwrap().clone();
    let read = answered.read.lock().unwrap().clone();
    assert!(registered.len() > 50, "too few writes to show anything: {}", registered.len());
    assert!(read.len() > 50, "too few reads to show anything: {}", read.len());

    let written = pairs(
        db,
        "SELECT e.request_id, c.reference FROM audit_event e JOIN audit_subject s ON s.event_id = e.event_id \
         JOIN customer c ON c.id = s.customer_id WHERE e.operation = 'registerCustomer' AND e.outcome = 'ALLOWED'",
    )
    .await;
    let events = written.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(events.len(), written.len(), "an event stands twice");
    for one in &registered {
        assert!(events.contains(one), "answered, and lost: {one:?}");
    }
    // Answered or not: no customer without the event, none without a key, none without a place on the map.
    for (what, sql) in [
        ("no event", "NOT EXISTS (SELECT 1 FROM audit_subject s WHERE s.customer_id = c.id)"),
        ("no key", "NOT EXISTS (SELECT 1 FROM subject_key k WHERE k.customer_id = c.id)"),
        ("no lines", "NOT EXISTS (SELECT 1 FROM data_location l WHERE l.customer_id = c.id)"),
        ("no lookup", "NOT EXISTS (SELECT 1 FROM customer_lookup f WHERE f.customer_id = c.id)"),
    ] {
        let sql = format!("SELECT c.reference AS request_id, c.reference FROM customer c WHERE {sql}");
        assert_eq!(pairs(db, &sql).await, [], "{what}");
    }
    let seen =
        pairs(db, "SELECT request_id, operation AS reference FROM audit_event WHERE operation = 'customer'");
    let seen = seen.await.into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>();
    for id in &read {
        assert!(seen.contains(id), "read, and not on record: {id}");
    }
}

async fn pairs(db: &DatabaseConnection, sql: &str) -> Vec<(String, String)> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let pair = |row: &sea_orm::QueryResult| {
        (row.try_get("", "request_id").unwrap(), row.try_get("", "reference").unwrap())
    };
    rows.iter().map(pair).collect()
}

struct Work {
    url: String,
    token: String,
    prefix: String,
    answered: Arc<Answered>,
    stop: Arc<AtomicBool>,
    number: Arc<AtomicUsize>,
}

impl Work {
    async fn run(self) {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let reference = format!("{}-{number}", self.prefix);
            let Some(()) = self.register(&client, &reference).await else { return };
            let Some(()) = self.read(&client, &reference).await else { return };
        }
    }

    async fn register(&self, client: &reqwest::Client, reference: &str) -> Option<()> {
        let query = "mutation($input: RegisterCustomerInput!) { registerCustomer(input: $input) { customer { \
                     reference } userErrors { code } } }";
        let input = json!({"reference": reference, "kind": "PERSON", "locale": "SV", "channel": "CHAT",
            "profile": {"name": "Krasch Test", "email": format!("{reference}@kund.example").to_lowercase()}});
        let (id, answer) = self.ask(client, json!({"query": query, "variables": {"input": input}})).await?;
        assert_eq!(answer["data"]["registerCustomer"]["customer"]["reference"], reference, "{answer}");
        self.answered.registered.lock().unwrap().push((id, reference.to_owned()));
        Some(())
    }

    async fn read(&self, client: &reqwest::Client, reference: &str) -> Option<()> {
        let query = "query($reference: String!) { customer(reference: $reference) { profile { name } } }";
        let body = json!({"query": query, "variables": {"reference": reference}});
        let (id, answer) = self.ask(client, body).await?;
        assert_eq!(answer["data"]["customer"]["profile"]["name"], "Krasch Test", "{answer}");
        self.answered.read.lock().unwrap().push(id);
        Some(())
    }

    /// `None` once the server is gone, and for an answer that says that it could not be given.
    async fn ask(&self, client: &reqwest::Client, body: Value) -> Option<(String, Value)> {
        let request =
            client.post(&self.url).bearer_auth(&self.token).header("Access-Purpose", "DELIVER_SERVICE");
        let response = request.json(&body).send().await.ok()?;
        let id = response.headers().get("x-request-id")?.to_str().ok()?.to_owned();
        let answer = response.json::<Value>().await.ok()?;
        (answer["data"].is_object()).then_some((id, answer))
    }
}

/// A database of this test's own.
async fn database_for(folder: &Path) -> String {
    let server = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
    let Some(server) = server else {
        return format!("sqlite://{}/kartotek.db", folder.display());
    };
    let name = format!("crash_{}", std::process::id());
    let db = Database::connect(&server).await.unwrap();
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

async fn drop_database(database: &str) {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    if let Some((_, name)) = database.rsplit_once("/crash_") {
        let db = Database::connect(&server).await.unwrap();
        db.execute_unprepared(&format!("DROP DATABASE crash_{name} WITH (FORCE)")).await.unwrap();
    }
}

fn kartotek(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
    command.current_dir(folder).env_clear().env("KARTOTEK_LOG_LEVEL", "info");
    command
}

/// A server that does not outlive its test, however that ends.
struct Server(Child);

impl Server {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// The server, once it listens, and where.
fn start(folder: &Path, database: &str) -> (Server, String) {
    let mut command = kartotek(folder);
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).env("KARTOTEK_DATABASE_URL", database);
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().expect("the server did not start").unwrap();
        if let Some((_, address)) = line.split_once("listening address=") {
            break address.to_owned();
        }
    };
    // Somebody has to read on, or the server waits for the pipe to empty.
    std::thread::spawn(move || lines.for_each(drop));
    (Server(server), address)
}

fn token(folder: &Path) -> String {
    let output = kartotek(folder).args(["token", "--role", "AGENT"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

//! Tasks from end to end: what is to go is found, erased at a database and at a third party's API over loopback, read back
//! or confirmed, and settled with its evidence and its events; and requests, from the customer's word to the last answer.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use entity::{
    connector::{Connector, HttpConnector, Mask, SecretReference, SqlColumn, SqlConnector, SqlTable},
    enums::{MaskMethod, SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use serde_json::{Value, json};

use crate::{
    CONNECTIONS, Result, Stand,
    http::{Client, Connection},
    meter,
    report::Who,
    store::Store,
    third_party::{ThirdParty, VARIABLE},
};

const REGISTER: &str = "Register";
const VAULT: &str = "Vault";

/// Nothing in the load is of it, no service needs it, and no profile holds it.
const CATEGORY: &str = "user.behavior.browsing_history";

/// So many requests of each type are carried out.
const REQUESTS: u64 = 1_000;

/// So many recipients a single request goes out to.
const RECIPIENTS: u64 = 1_500;

/// So many rows are deleted by hand, each in its own transaction, to see what that takes.
const BY_HAND: u64 = 2_000;

const WHO: &str = "query ($reference: String!) { customer(reference: $reference) { id } }";

const SUBMIT: &str = "mutation ($input: SubmitDataRequestInput!) { submitDataRequest(input: $input) {
    dataRequest { id } userErrors { code message } } }";

const VERIFY: &str = "mutation ($input: VerifyIdentityInput!) { verifyIdentity(input: $input) {
    dataRequest { status } userErrors { code message } } }";

const STATUS: &str = "query ($id: ID!) { dataRequest(id: $id) { status tasks { totalCount } } }";

/// What carrying something out took.
#[derive(Debug)]
struct Took {
    what: String,
    number: u64,
    seconds: f64,
    server: Duration,
    postgres: Duration,
    /// What the other side alone uses for one, in microseconds of a processor.
    theirs: Option<f64>,
    /// Megabytes that the server had in use when a tenth was done, and at the end.
    early: f64,
    late: f64,
}

/// What was measured on one database.
#[derive(Debug)]
pub struct Carried {
    who: Who,
    took: Vec<Took>,
}

impl Stand {
    /// Measures, and leaves the database changed: nothing else is to be measured on it afterwards.
    pub async fn carry_out(&mut self) -> Result<Carried> {
        self.server.take().ok_or("it does not run")?.stop()?;
        let party = ThirdParty::start().await?;
        let target = self.target().await?;
        self.register(&target, &party).await?;
        self.server = Some(self.setup.start()?);
        let customers = self.store.count("SELECT count(*) AS number FROM customer").await?;
        let mut took = Vec::new();

        target.fill(customers).await?;
        let by_hand = self.by_hand(&target).await?;
        target.fill(customers).await?;
        let what = "erasing at a database";
        took.push(Took { theirs: Some(by_hand), ..self.tasks(what, REGISTER).await? });
        target.is_empty().await?;

        let own = own_time()?;
        let carried = self.tasks("erasing through a third party's API", VAULT).await?;
        #[expect(clippy::cast_precision_loss, reason = "a count of tasks")]
        let theirs = (own_time()? - own) / customers as f64;
        took.push(Took { theirs: Some(theirs), ..carried });
        once(&party, customers)?;

        let some = REQUESTS.min(customers);
        target.fill(some).await?;
        self.lines(REGISTER, some, "HELD").await?;
        for wanted in ["ACCESS", "ERASURE"] {
            took.push(self.requests(wanted, some).await?);
        }
        target.is_empty().await?;
        took.push(self.fan_out(customers).await?);
        once(&party, customers + RECIPIENTS)?;
        self.is_on_record(2 * customers + 2 * some + RECIPIENTS).await?;
        Ok(Carried { who: self.who, took })
    }

    /// The company's own database, on the same engine.
    async fn target(&self) -> Result<Target> {
        let url = if self.who == Who::OnPostgres {
            self.store.run("CREATE DATABASE target").await?;
            let (server, _) = self.setup.database.rsplit_once('/').ok_or("no database in the address")?;
            format!("{server}/target")
        } else {
            std::fs::create_dir_all(self.setup.in_house())?;
            format!("sqlite://{}", self.setup.in_house().join("target.db").display())
        };
        let store =
            Store::open(&if self.who == Who::OnPostgres { url.clone() } else { format!("{url}?mode=rwc") })
                .await?;
        store.run("CREATE TABLE person (number TEXT PRIMARY KEY, history TEXT)").await?;
        if self.who == Who::OnSqlite {
            store.run("PRAGMA journal_mode = WAL").await?;
        }
        Ok(Target { url, store })
    }

    /// The two systems, and one for each recipient, with how they are reached.
    async fn register(&self, target: &Target, party: &ThirdParty) -> Result<()> {
        let used = format!(
            "SELECT (SELECT count(*) FROM data_location WHERE category = '{CATEGORY}')
                + (SELECT count(*) FROM data_requirement WHERE category = '{CATEGORY}') AS number"
        );
        if self.store.count(&used).await? > 0 {
            return Err("the load has something of the category that is to be measured".into());
        }
        let register = sql(&target.url);
        let system = |name: &str, party: &str, connector: &Connector| -> Result<String> {
            Ok(format!(
                "INSERT INTO system (id, version, name, third_party_id, country, measures, built_in, connector)
                 VALUES ({{uuid}}, 1, '{name}', {party}, 'SE', '[]', false, '{}')",
                serde_json::to_string(connector)?
            ))
        };
        self.store.run(&self.store.written(&system(REGISTER, "NULL", &register)?)).await?;
        let recipients = (0..RECIPIENTS).map(|at| format!("Recipient {at:04}"));
        for name in std::iter::once(VAULT.to_owned()).chain(recipients) {
            let path = name.to_lowercase().replace(' ', "-");
            let connector = http(&format!("http://{}/{path}", party.address));
            self.store
                .run(&self.store.written(&format!(
                    "INSERT INTO third_party (id, version, name, kind, role, country, status, safeguard, measures)
                     VALUES ({{uuid}}, 1, '{name}', 'HOSTING', 'PROCESSOR', 'SE', 'APPROVED', 'EEA', '[]')"
                )))
                .await?;
            let id = format!("(SELECT id FROM third_party WHERE name = '{name}')");
            self.store.run(&self.store.written(&system(&name, &id, &connector)?)).await?;
        }
        Ok(())
    }

    /// A line at this system for each of the first so many customers.
    async fn lines(&self, system: &str, customers: u64, state: &str) -> Result<()> {
        let sql = format!(
            "INSERT INTO data_location (id, customer_id, category, system_id, external_reference, source_channel,
                collected_at, recorded_by, state, held_from)
             SELECT {{uuid}}, c.id, '{CATEGORY}', s.id, c.reference, 'IMPORT', {{then}}, 'Import', '{state}', {{then}}
             FROM customer c JOIN system s ON s.name = '{system}' ORDER BY c.reference LIMIT {customers}"
        );
        self.store.run(&self.store.written(&sql)).await
    }

    /// Has everybody's data erased at a system, from the moment when all of it is due.
    async fn tasks(&self, what: &str, system: &str) -> Result<Took> {
        let customers = self.store.count("SELECT count(*) AS number FROM customer").await?;
        self.lines(system, customers, "DISPOSAL_PENDING").await?;
        let at = format!("(SELECT id FROM system WHERE name = '{system}')");
        let all = format!(
            "INSERT INTO task (id, customer_id, system_id, action, lifts, cause, state, not_before, next_attempt_at,
                attempts, lease, call_key, found_nothing, letters, due_at, created_at)
             SELECT {{uuid}}, l.customer_id, l.system_id, 'ERASE', false, 'PERIOD_ENDED', 'PENDING', {{then}}, NULL,
                0, 0, {{uuid}}, false, 0, {{now}}, {{then}}
             FROM data_location l WHERE l.system_id = {at}"
        );
        let about = format!(
            "INSERT INTO task_location (task_id, data_location_id, customer_id, overtaken)
             SELECT t.id, l.id, l.customer_id, false FROM task t JOIN data_location l
                ON l.customer_id = t.customer_id AND l.system_id = t.system_id WHERE t.system_id = {at}"
        );
        for sql in [all, about] {
            self.store.run(&self.store.written(&sql)).await?;
        }
        self.store.tidy().await?;
        let due = format!("UPDATE task SET next_attempt_at = {{now}} WHERE system_id = {at}");
        let began = self.used(self.running()?.process())?;
        self.store.run(&self.store.written(&due)).await?;
        self.until_done(what, customers, began).await
    }

    /// Waits until no task is open, and fails when one is left to a person.
    async fn until_done(&self, what: &str, number: u64, began: (Duration, Duration)) -> Result<Took> {
        let (begin, mut tick) = (Instant::now(), tokio::time::interval(Duration::from_secs(1)));
        let (mut early, process) = (None, self.running()?.process());
        loop {
            tick.tick().await;
            let open =
                self.store.count("SELECT count(*) AS number FROM task WHERE finished_at IS NULL").await?;
            if let Some(why) = self.store.text("SELECT max(last_error) AS text FROM task").await? {
                return Err(format!("a task failed: {why}").into());
            }
            if early.is_none() && open * 10 <= number * 9 {
                early = Some(meter::resident(process)?);
            }
            if open == 0 {
                break;
            }
        }
        let (server, postgres) = self.used(self.running()?.process())?;
        let took = Took {
            what: what.to_owned(),
            number,
            seconds: begin.elapsed().as_secs_f64(),
            server: server.saturating_sub(began.0),
            postgres: postgres.saturating_sub(began.1),
            theirs: None,
            early: early.unwrap_or_default(),
            late: meter::resident(process)?,
        };
        eprintln!("{:?}: {took:.1?}", self.who);
        Ok(took)
    }

    /// So many customers ask for the same, over several connections, and everything is done.
    async fn requests(&self, wanted: &str, number: u64) -> Result<Took> {
        self.store.tidy().await?;
        let (client, began, begin) = (self.rights()?, self.used(self.running()?.process())?, Instant::now());
        let next = AtomicU64::new(1);
        let asking = (0..CONNECTIONS).map(|_| async {
            let mut connection = client.connect().await?;
            loop {
                let customer = next.fetch_add(1, Ordering::Relaxed);
                if customer > number {
                    return Result::Ok(());
                }
                request(&mut connection, customer, wanted).await?;
            }
        });
        futures::future::try_join_all(asking).await?;
        let asked = begin.elapsed();
        let what = format!("{number} requests of type {wanted}");
        let took = self.until_done(&what, number, began).await?;
        Ok(Took { seconds: took.seconds + asked.as_secs_f64(), ..took })
    }

    /// One customer, of whom many hold something, wants it erased.
    async fn fan_out(&self, customer: u64) -> Result<Took> {
        let sql = format!(
            "INSERT INTO data_location (id, customer_id, category, system_id, external_reference, source_channel,
                collected_at, recorded_by, state, held_from)
             SELECT {{uuid}}, c.id, '{CATEGORY}', s.id, c.reference, 'IMPORT', {{then}}, 'Import', 'HELD', {{then}}
             FROM system s JOIN customer c ON c.reference = '{}' WHERE s.name LIKE 'Recipient %'",
            crate::data::reference(customer)
        );
        self.store.run(&self.store.written(&sql)).await?;
        self.store.tidy().await?;
        let (mut connection, began, begin) =
            (self.rights()?.connect().await?, self.used(self.running()?.process())?, Instant::now());
        let id = request(&mut connection, customer, "ERASURE").await?;
        let asked = begin.elapsed();
        let what = format!("one request to {RECIPIENTS} recipients");
        let took = self.until_done(&what, RECIPIENTS, began).await?;
        let told = self.rights()?.connect().await?.told(STATUS, json!({ "id": id })).await?;
        let status = json!({ "status": "COMPLETED", "tasks": { "totalCount": RECIPIENTS } });
        if told["dataRequest"] != status {
            return Err(told.to_string().into());
        }
        Ok(Took { seconds: took.seconds + asked.as_secs_f64(), ..took })
    }

    /// As somebody who answers customers' requests.
    fn rights(&self) -> Result<Client> {
        Ok(Client::with_purpose(self.running()?.address, &self.setup.token("AGENT")?, "RIGHTS_REQUEST"))
    }

    /// What deleting a row in a transaction of its own takes, in microseconds of a processor.
    async fn by_hand(&self, target: &Target) -> Result<f64> {
        let used = || match self.postmaster {
            Some(postmaster) => meter::processor_time(postmaster).map(|time| time.as_secs_f64() * 1e6),
            // There it is this program that does it.
            None => own_time(),
        };
        let before = used()?;
        for number in 1..=BY_HAND {
            let sql = format!("DELETE FROM person WHERE number = '{}'", crate::data::reference(number));
            target.store.run(&sql).await?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        Ok((used()? - before) / BY_HAND as f64)
    }

    /// Each task that ended has its evidence, and the log what was settled.
    async fn is_on_record(&self, tasks: u64) -> Result<()> {
        let done = "SELECT count(*) AS number FROM task t JOIN task_evidence e ON e.task_id = t.id
            WHERE t.state = 'SUCCEEDED' AND t.outcome = 'DONE'";
        let settled = "SELECT count(*) AS number FROM audit_event WHERE operation = 'settleTask'";
        let found = (self.store.count(done).await?, self.store.count(settled).await?);
        if found == (tasks, tasks) {
            return Ok(());
        }
        Err(format!("of {tasks} tasks, {found:?} are done with evidence, and in the log").into())
    }
}

/// The database of the company's own that is emptied.
struct Target {
    url: String,
    store: Store,
}

impl Target {
    /// A row for each of the first so many customers, and no others.
    async fn fill(&self, customers: u64) -> Result<()> {
        self.store.run("DELETE FROM person").await?;
        self.store
            .run(&format!(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {customers})
                 INSERT INTO person SELECT 'K-' || substr('0000000' || n, length('' || n) + 1), 'pages' FROM n"
            ))
            .await?;
        self.store.tidy().await
    }

    async fn is_empty(&self) -> Result<()> {
        match self.store.count("SELECT count(*) AS number FROM person").await? {
            0 => Ok(()),
            left => Err(format!("{left} people are still there").into()),
        }
    }
}

/// Nobody was asked to do anything twice: nothing failed here.
fn once(party: &ThirdParty, tasks: u64) -> Result<()> {
    match party.asked() {
        (asked, 0) if asked as u64 == tasks => Ok(()),
        found => {
            Err(format!("of {tasks} tasks the third party has (asked, more than once) {found:?}").into())
        }
    }
}

async fn request(connection: &mut Connection, customer: u64, wanted: &str) -> Result<Value> {
    let whose = json!({ "reference": crate::data::reference(customer) });
    let found = connection.told(WHO, whose).await?;
    let input = json!({ "customerId": found["customer"]["id"], "type": wanted, "channel": "LETTER",
        "categories": [CATEGORY] });
    let told = connection.told(SUBMIT, json!({ "input": input })).await?;
    let id = told["submitDataRequest"]["dataRequest"]["id"].clone();
    if id.is_null() {
        return Err(told.to_string().into());
    }
    let input = json!({ "dataRequestId": id, "method": "BankID" });
    let verified = connection.told(VERIFY, json!({ "input": input })).await?;
    if ["VERIFIED", "IN_PROGRESS"]
        .contains(&verified["verifyIdentity"]["dataRequest"]["status"].as_str().unwrap_or(""))
    {
        return Ok(id);
    }
    Err(format!("{told} {verified}").into())
}

fn sql(url: &str) -> Connector {
    let mask = |method| Mask { method, parameter: None };
    let history = SqlColumn {
        column: "history".to_owned(),
        category: CategoryKey::from(CATEGORY),
        erase: mask(MaskMethod::Delete),
        anonymize: mask(MaskMethod::Null),
    };
    let person = SqlTable {
        table: "person".to_owned(),
        primary_key: Vec::new(),
        subject_column: "number".to_owned(),
        subject_key: SubjectKeyKind::ExternalReference,
        joins: Vec::new(),
        columns: vec![history],
    };
    Connector::Sql(SqlConnector {
        url: url.to_owned(),
        credentials: None,
        tables: vec![person],
        max_attempts: 10,
    })
}

fn http(url: &str) -> Connector {
    Connector::Http(HttpConnector {
        url: url.to_owned(),
        signing_secret: SecretReference::Environment(VARIABLE.to_owned()),
        authorization: None,
        actions: vec![TaskAction::Erase, TaskAction::Anonymize, TaskAction::Export],
        subject_key: SubjectKeyKind::ExternalReference,
        timeout: "PT10S".to_owned(),
        answer_within: "P14D".to_owned(),
        max_attempts: 10,
    })
}

/// Microseconds of a processor that this program itself has used.
fn own_time() -> Result<f64> {
    Ok(meter::own_time()?.as_secs_f64() * 1e6)
}

/// All of it as a table.
pub fn table(all: &[Carried]) -> String {
    let mut text = String::from(
        "| W8 | | s | tasks/s | server µs | PostgreSQL µs | per core-second | theirs µs | MB at a tenth | MB at the end |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Carried { who, took } in all {
        for Took { what, number, seconds, server, postgres, theirs, early, late } in took {
            #[expect(clippy::cast_precision_loss, reason = "a count of tasks")]
            let number = *number as f64;
            let micros = |time: &Duration| time.as_secs_f64() * 1e6 / number;
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "| {what} | {} | {seconds:.1} | {:.0} | {:.0} | {:.0} | {:.0} | {} | {early:.0} | {late:.0} |",
                who.name(),
                number / seconds,
                micros(server),
                micros(postgres),
                number / (*server + *postgres).as_secs_f64(),
                theirs.map_or(String::new(), |theirs| format!("{theirs:.0}")),
            );
        }
    }
    text
}

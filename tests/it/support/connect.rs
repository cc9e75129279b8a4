//! Systems that the program reaches: what it may reach in tests, and how it is told to.

use super::{
    Answer, TestApp,
    third_party::{FakeThirdParty, SECRET},
};
use kartotek::connector::{Allowed, Connectors, Hosts, Secrets, email::Mailer};
use serde_json::{Value, json};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering},
};

/// The folder of all tests' SQLite databases, which go with it.
pub static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

static NEXT: AtomicU32 = AtomicU32::new(0);

pub const SET_CONNECTOR: &str = "mutation ($input: UpdateSystemInput!) { updateSystem(input: $input) {
    system { connector { kind actions ... on HttpConnector { url signingSecret { source name } }
        ... on SqlConnector { url tables { table columns { column category { key } erase { method } } } } } }
    userErrors { code message field } } }";

pub const CHECK: &str = "mutation ($input: CheckConnectorInput!) { checkConnector(input: $input) {
    problems { message field } userErrors { code message field } } }";

pub const RETRY: &str = "mutation ($input: RetryTaskInput!) { retryTask(input: $input) {
    task { state attempts nextAttemptAt } userErrors { code message field } } }";

/// What servers of tests may reach: this machine, by one secret, and databases in the tests' own folder.
pub fn connectors(public_url: Option<&str>, smtp_url: Option<&str>) -> Connectors {
    let secrets = [("KARTOTEK_SECRET_HOST".to_owned(), SECRET.to_owned())];
    let allowed = Allowed {
        secrets: Secrets::new(secrets, None),
        hosts: Hosts::new(["127.0.0.1", "crm.example"].map(|host| host.parse().unwrap())),
        networks: vec!["127.0.0.0/8".parse().unwrap()],
        sqlite_folder: Some(FOLDER.path().to_owned()),
        mailer: smtp_url.map(|url| {
            let from = "Fjällnät <integritet@fjallnat.example>";
            Arc::new(Mailer::new(&url.to_owned().into(), from, Mailer::TIMEOUT).unwrap())
        }),
        public_url: public_url.map(|url| url.parse().unwrap()),
    };
    Connectors::new(allowed).unwrap()
}

/// How a third party is reached.
pub fn http(party: &FakeThirdParty) -> Value {
    json!({ "http": { "url": party.url, "signingSecret": { "environment": "KARTOTEK_SECRET_HOST" },
        "actions": ["ERASE", "ANONYMIZE", "EXPORT", "RECTIFY"], "subjectKey": "EMAIL", "timeout": "PT5S" } })
}

/// An in-house database with a table of people, of whom each has a number, a name and an e-mail address.
pub struct Crm {
    pub url: String,
    file: std::path::PathBuf,
}

impl Crm {
    pub async fn with(people: &[(&str, &str, &str)]) -> Self {
        let file = FOLDER.path().join(format!("{}.db", NEXT.fetch_add(1, Ordering::Relaxed)));
        let crm = Self { url: format!("sqlite://{}", file.display()), file };
        crm.run("CREATE TABLE people (number TEXT PRIMARY KEY, name TEXT, email TEXT, notes TEXT)").await;
        for (number, name, email) in people {
            crm.run(&format!("INSERT INTO people VALUES ('{number}', '{name}', '{email}', 'likes tea')"))
                .await;
        }
        crm
    }

    pub async fn run(&self, sql: &str) {
        use sqlx::{ConnectOptions, Executor, sqlite::SqliteConnectOptions};
        let options = SqliteConnectOptions::new().filename(&self.file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    /// Keeps everybody else from what this says, such as `BEGIN IMMEDIATE`, until it is closed.
    pub async fn held(&self, begin: &'static str) -> sqlx::SqliteConnection {
        use sqlx::{ConnectOptions, Executor, sqlite::SqliteConnectOptions};
        let mut connection = SqliteConnectOptions::new().filename(&self.file).connect().await.unwrap();
        connection.execute(begin).await.unwrap();
        connection
    }

    /// What is there of one person: name and e-mail address; none when there is no row.
    pub async fn person(&self, number: &str) -> Option<(Option<String>, Option<String>)> {
        use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
        let mut connection = SqliteConnectOptions::new().filename(&self.file).connect().await.unwrap();
        let found = sqlx::query_as("SELECT name, email FROM people WHERE number = $1").bind(number);
        found.fetch_optional(&mut connection).await.unwrap()
    }

    /// Deletes the name, with the row; the address goes with it.
    pub fn connector(&self) -> Value {
        json!({ "sql": { "url": self.url, "tables": [{ "table": "people", "subjectColumn": "number",
            "columns": [{ "column": "name", "category": "user.name" }] }] } })
    }
}

impl TestApp {
    /// Says how a system is reached.
    pub async fn connect(&self, system: &str, connector: Value) -> Answer {
        let input = json!({ "systemId": self.system_id(system).await, "connector": connector });
        let set = self.admin().ask(SET_CONNECTOR, json!({ "input": input })).await;
        self.server.catalogs.refresh().await.unwrap();
        set
    }

    /// All third parties were looked at again, and may go on for years.
    pub async fn review_all(&self) {
        self.database.run("UPDATE third_party SET review_due = '2099-01-01'").await;
        self.database.run("UPDATE catalog_version SET version = version + 1").await;
        self.server.catalogs.refresh().await.unwrap();
    }

    /// The one task at a system.
    pub async fn task_at(&self, customer: &str, system: &str) -> Value {
        let mut tasks = self.tasks_at(customer, system).await;
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks.remove(0)
    }

    pub async fn retry(&self, task: &Value) -> Answer {
        self.compliance().ask(RETRY, json!({ "input": { "taskId": task["id"] } })).await
    }
}

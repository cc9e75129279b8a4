//! A company's register on each engine that is here: in a file, and on the servers that the environment names.
#![expect(clippy::disallowed_methods, reason = "the environment says where the servers are")]

use crate::support::connect::Crm;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A register with a table of people.
pub enum Target {
    File(Crm),
    Server { url: String, admin: String, name: String },
}

/// One on each engine.
pub async fn targets() -> Vec<Target> {
    let mut targets = vec![Target::File(Crm::with(&[]).await)];
    for variable in ["TEST_DATABASE_URL", "TEST_MYSQL_URL"] {
        let admin = std::env::var(variable).ok().filter(|url| !url.trim().is_empty());
        let Some(admin) = admin else { continue };
        let name = format!("kartotek_rec_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ask(&admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
        ask(&admin, &format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", admin.trim().rsplit_once('/').unwrap().0);
        targets.push(Target::Server { url, admin, name });
    }
    for target in &targets {
        let key = if target.url().starts_with("mysql") { "VARCHAR(100)" } else { "TEXT" };
        target.run("DROP TABLE IF EXISTS people").await;
        target
            .run(&format!("CREATE TABLE people (number {key} PRIMARY KEY, name TEXT, email TEXT, phone TEXT, notes TEXT)"))
            .await;
    }
    targets
}

async fn ask(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("mysql") || url.starts_with("mariadb") {
        MySqlConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    } else {
        PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    }
}

impl Target {
    pub fn url(&self) -> &str {
        match self {
            Self::File(crm) => &crm.url,
            Self::Server { url, .. } => url,
        }
    }

    pub async fn run(&self, sql: &str) {
        match self {
            Self::File(crm) => crm.run(sql).await,
            Self::Server { url, .. } => ask(url, sql).await,
        }
    }

    pub async fn add(&self, number: &str, name: Option<&str>, email: Option<&str>) {
        let value = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        let (name, email) = (value(name), value(email));
        self.run(&format!("INSERT INTO people (number, name, email) VALUES ('{number}', {name}, {email})"))
            .await;
    }

    /// Names and addresses, both emptied and not deleted, so that there can be one without the other.
    pub fn connector(&self) -> Value {
        self.known_by("number", "EXTERNAL_REFERENCE")
    }

    pub fn known_by(&self, column: &str, kind: &str) -> Value {
        let emptied = json!({ "method": "NULL" });
        json!({ "sql": { "url": self.url(), "tables": [{ "table": "people", "subjectColumn": column,
            "subjectKey": kind, "columns": [
                { "column": "name", "category": "user.name", "erase": emptied, "anonymize": { "method": "CONSTANT", "parameter": "X" } },
                { "column": "email", "category": "user.contact.email", "erase": emptied, "anonymize": { "method": "CONSTANT", "parameter": "@" } },
            ] }] } })
    }

    /// Takes the register away.
    pub async fn finish(self) {
        if let Self::Server { url, admin, name } = self {
            let force = if url.starts_with("postgres") { " WITH (FORCE)" } else { "" };
            ask(&admin, &format!("DROP DATABASE {name}{force}")).await;
        }
    }
}

//! The database that is measured, seen from beside the server: loads it and knows what the answers must be.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the measurement stands outside the server and checks it against the bare database"
)]

use std::fmt::Write;

use kartotek::crypto::MasterKeys;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement, Value,
};
use sqlx::postgres::PgPoolCopyExt;
use uuid::Uuid;

use crate::{
    Result,
    data::{self, Rows},
};

/// So many customers are loaded at a time, which keeps memory flat.
const CHUNK: u64 = 2_000;

/// A connection beside the server's.
pub struct Store(DatabaseConnection);

/// A line of a data map: reference over there, category, its sensitivity, system, third party.
pub type Line = (Option<String>, String, String, String, Option<String>);

impl Store {
    pub async fn open(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        Ok(Self(Database::connect(options).await?))
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }

    fn is_postgres(&self) -> bool {
        self.0.get_database_backend() == DbBackend::Postgres
    }

    pub async fn run(&self, sql: &str) -> Result<()> {
        self.0.execute_unprepared(sql).await?;
        Ok(())
    }

    async fn rows(&self, sql: &str) -> Result<Vec<QueryResult>> {
        Ok(self.0.query_all_raw(Statement::from_string(self.0.get_database_backend(), sql)).await?)
    }

    /// Fills a database that was seeded. Constraints between tables hold by construction and are not checked.
    pub async fn load(&self, customers: u64, keys: &MasterKeys) -> Result<()> {
        let before = if self.is_postgres() {
            "SET session_replication_role = replica; SET synchronous_commit = off"
        } else {
            "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
             PRAGMA cache_size = -200000; BEGIN"
        };
        self.run(before).await?;
        let categories = self.categories().await?;
        for rows in data::company(&categories) {
            self.put(rows).await?;
        }
        for first in (1..=customers).step_by(usize::try_from(CHUNK)?) {
            let last = customers.min(first + CHUNK - 1);
            for rows in data::customers(first..=last, keys, &categories)? {
                self.put(rows).await?;
            }
        }
        let after = if self.is_postgres() { "VACUUM (ANALYZE)" } else { "COMMIT; PRAGMA journal_mode = WAL" };
        self.run(after).await?;
        if self.is_postgres() {
            self.run("CHECKPOINT").await?;
        }
        Ok(())
    }

    /// Leaves of the tree of categories, spread over it.
    pub async fn categories(&self) -> Result<Vec<String>> {
        let known = self
            .rows("SELECT key FROM data_category c WHERE NOT EXISTS (SELECT 1 FROM data_category b WHERE b.parent = c.key) ORDER BY key")
            .await?;
        let known = known
            .iter()
            .map(|row| row.try_get("", "key"))
            .collect::<std::result::Result<Vec<String>, _>>()?;
        let step = (known.len() / data::CATEGORIES).max(1);
        let categories = known.into_iter().step_by(step).take(data::CATEGORIES).collect::<Vec<_>>();
        if categories.len() < data::CATEGORIES {
            return Err("there are too few categories".into());
        }
        Ok(categories)
    }

    /// The system that profiles are in.
    pub async fn own_system(&self) -> Result<Uuid> {
        let rows = self.rows("SELECT id FROM system WHERE built_in").await?;
        Ok(rows.first().ok_or("no system of its own")?.try_get("", "id")?)
    }

    /// Rows with one commit, such as events with whom they are about, which is on the disk then or need not be.
    pub async fn together(&self, rows: impl IntoIterator<Item = Rows>, on_disk: bool) -> Result<()> {
        // A subject comes with its event, in one transaction, as the log demands.
        if self.is_postgres() {
            let commit = if on_disk { "on" } else { "off" };
            self.run(&format!("BEGIN; SET LOCAL synchronous_commit = {commit}")).await?;
        } else {
            let disk = if on_disk { "FULL" } else { "OFF" };
            self.run(&format!("PRAGMA synchronous = {disk}; BEGIN IMMEDIATE")).await?;
        }
        for some in rows {
            self.put(some).await?;
        }
        self.run("COMMIT").await
    }

    async fn put(&self, rows: Rows) -> Result<()> {
        if self.is_postgres() { self.copy(&rows).await } else { self.insert(rows).await }
    }

    async fn copy(&self, rows: &Rows) -> Result<()> {
        let mut text = String::new();
        for row in &rows.values {
            for (at, value) in row.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "\t" });
                copied(value, &mut text)?;
            }
            text.push('\n');
        }
        let sql = format!("COPY {} ({}) FROM STDIN", rows.table, rows.columns.join(", "));
        let mut copy = self.0.get_postgres_connection_pool().copy_in_raw(&sql).await?;
        copy.send(text.as_bytes()).await?;
        copy.finish().await?;
        Ok(())
    }

    async fn insert(&self, rows: Rows) -> Result<()> {
        let place = format!("({})", vec!["?"; rows.columns.len()].join(", "));
        let mut all = rows.values.into_iter().peekable();
        while all.peek().is_some() {
            let some = all.by_ref().take(500).collect::<Vec<_>>();
            let places = vec![place.as_str(); some.len()].join(", ");
            let sql = format!("INSERT INTO {} ({}) VALUES {places}", rows.table, rows.columns.join(", "));
            let values = some.into_iter().flatten();
            self.0.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        }
        Ok(())
    }

    /// A statement in the engine's own words: an id, now, and two months before.
    pub fn written(&self, sql: &str) -> String {
        let words = if self.is_postgres() {
            [("{uuid}", "gen_random_uuid()"), ("{now}", "now()"), ("{then}", "now() - interval '60 days'")]
        } else {
            [
                ("{uuid}", "randomblob(16)"),
                ("{now}", "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"),
                ("{then}", "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-60 days')"),
            ]
        };
        words.into_iter().fold(sql.to_owned(), |sql, (word, spelled)| sql.replace(word, spelled))
    }

    /// The change of many customers, up to the one of this reference, in the engine's own words.
    pub fn anonymizing(&self, statements: &[&str], last: &str) -> String {
        let words = if self.is_postgres() {
            [
                ("{begin}", "BEGIN"),
                ("{gone}", "'gone-' || replace(gen_random_uuid()::text, '-', '')"),
                ("{bytes}", "sha256(id::text::bytea)"),
                ("{last}", last),
            ]
        } else {
            [
                ("{begin}", "BEGIN IMMEDIATE"),
                ("{gone}", "'gone-' || lower(hex(randomblob(16)))"),
                ("{bytes}", "randomblob(32)"),
                ("{last}", last),
            ]
        };
        let all = self.written(&statements.join(";\n")) + ";\nCOMMIT";
        words.into_iter().fold(all, |sql, (word, spelled)| sql.replace(word, spelled))
    }

    /// What a database does by itself after large changes.
    pub async fn tidy(&self) -> Result<()> {
        self.run(if self.is_postgres() { "VACUUM (ANALYZE)" } else { "PRAGMA wal_checkpoint(TRUNCATE)" })
            .await
    }

    /// The one number that a statement finds.
    pub async fn count(&self, sql: &str) -> Result<u64> {
        self.number(sql).await
    }

    /// The one text that a statement finds, if there is one.
    pub async fn text(&self, sql: &str) -> Result<Option<String>> {
        let rows = self.rows(sql).await?;
        Ok(rows.first().ok_or("no row")?.try_get("", "text")?)
    }

    async fn number(&self, sql: &str) -> Result<u64> {
        let rows = self.rows(sql).await?;
        let number = rows.first().ok_or("no row")?.try_get::<i64>("", "number")?;
        Ok(u64::try_from(number)?)
    }

    /// Customers and data locations.
    pub async fn size(&self) -> Result<(u64, u64)> {
        Ok((
            self.number("SELECT count(*) AS number FROM customer").await?,
            self.number("SELECT count(*) AS number FROM data_location").await?,
        ))
    }

    /// Events and subjects in the audit log.
    pub async fn recorded(&self) -> Result<(u64, u64)> {
        Ok((
            self.number("SELECT count(*) AS number FROM audit_event").await?,
            self.number("SELECT count(*) AS number FROM audit_subject").await?,
        ))
    }

    /// How long the bodies and lists of categories are that single maps have left in the log, in the mean.
    pub async fn lengths(&self) -> Result<(u64, u64)> {
        const OF: &str = "FROM audit_event e JOIN audit_subject s ON s.event_id = e.event_id WHERE e.operation = 'customer'";
        let average = |what: &str| format!("SELECT cast(avg(length({what})) AS bigint) AS number {OF}");
        Ok((self.number(&average("e.body")).await?, self.number(&average("s.categories")).await?))
    }

    /// The lines of a customer's map, newest first.
    pub async fn map(&self, reference: &str) -> Result<Vec<Line>> {
        let sql = format!(
            "SELECT l.external_reference, l.category, g.sensitivity, s.name AS system, t.name AS third_party
             FROM customer c JOIN data_location l ON l.customer_id = c.id
                 JOIN data_category g ON g.key = l.category JOIN system s ON s.id = l.system_id
                 LEFT JOIN third_party t ON t.id = s.third_party_id
             WHERE c.reference = '{reference}' ORDER BY l.id DESC"
        );
        let line = |row: &QueryResult| -> Result<Line> {
            Ok((
                row.try_get("", "external_reference")?,
                row.try_get("", "category")?,
                row.try_get("", "sensitivity")?,
                row.try_get("", "system")?,
                row.try_get("", "third_party")?,
            ))
        };
        self.rows(&sql).await?.iter().map(line).collect()
    }

    /// The references of 50 customers in the order of the list, from this place on.
    pub async fn page(&self, from: usize) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT reference FROM customer ORDER BY created_at DESC, id DESC LIMIT 50 OFFSET {from}"
        );
        self.rows(&sql).await?.iter().map(|row| Ok(row.try_get("", "reference")?)).collect()
    }
}

/// A value in the text form of `COPY`. None of ours has a tab, a line break or a backslash.
fn copied(value: &Value, text: &mut String) -> Result<()> {
    match value {
        Value::String(Some(value)) => text.push_str(value),
        Value::Int(Some(value)) => write!(text, "{value}")?,
        Value::Bool(Some(value)) => write!(text, "{value}")?,
        Value::Uuid(Some(value)) => write!(text, "{value}")?,
        Value::ChronoDateTimeUtc(Some(value)) => write!(text, "{}", value.to_rfc3339())?,
        Value::Bytes(Some(value)) => {
            text.push_str("\\\\x");
            value.iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
        }
        Value::Uuid(None) => text.push_str("\\N"),
        other => return Err(format!("no text for {other:?}").into()),
    }
    Ok(())
}

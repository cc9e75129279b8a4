//! A small company's database: customers, their contacts, their invoices. On SQLite in a file, and on PostgreSQL when
//! `TEST_DATABASE_URL` says where, and on MySQL or MariaDB when `TEST_MYSQL_URL` does, each test in a database of its own.
#![expect(clippy::disallowed_methods, reason = "the environment says where the servers are")]

use entity::{
    connector::{Mask, SqlColumn, SqlConnector, SqlJoin, SqlTable},
    enums::{MaskMethod, SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use kartotek::connector::{
    Answer, Call, Evidence, Subject,
    sql::{Database, Engine},
};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, Row, SqliteConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

const TABLES: &str = "
CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, reference VARCHAR(20) NOT NULL UNIQUE, name TEXT NOT NULL,
    email TEXT, phone TEXT, born DATE, zip VARCHAR(10), points INTEGER);
CREATE TABLE contacts (id UUID_TYPE NOT NULL PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
    email TEXT, phone TEXT);
CREATE TABLE invoices (id INTEGER NOT NULL PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
    address TEXT, total NUMERIC(10, 2) NOT NULL);
CREATE TABLE invoice_lines (invoice_id INTEGER NOT NULL REFERENCES invoices (id), line INTEGER NOT NULL, label TEXT,
    PRIMARY KEY (invoice_id, line));
INSERT INTO customers VALUES
    (1, 'K-1', 'Anna Ek', 'Anna@Example.com', '+46 70-123', '1984-05-17', '11122', 1234),
    (2, 'K-2', 'Bo Alm', 'bo@example.org', '+46 70-456', '1990-01-02', '22233', -5),
    (12, 'K-12', 'Cia Ask', NULL, NULL, NULL, NULL, NULL);
INSERT INTO contacts VALUES
    ('00000000-0000-4000-8000-000000000001', 1, 'anna@home.se', '070'),
    ('00000000-0000-4000-8000-000000000002', 1, 'anna@work.se', NULL),
    ('00000000-0000-4000-8000-000000000003', 2, 'bo@home.se', '071'),
    ('00000000-0000-4000-8000-000000000004', 1, NULL, '072');
INSERT INTO invoices VALUES (10, 1, 'Storgatan 1', 99.50), (11, 1, 'Storgatan 2', 10), (20, 2, 'Lillgatan 1', 5);
INSERT INTO invoice_lines VALUES (10, 1, 'Domain anna.se'), (10, 2, 'Hosting anna.se'), (11, 1, 'Domain ek.se'), (20, 1, 'Bo');
";

/// One database, and who owns it.
pub struct World {
    pub engine: Engine,
    pub url: String,
    place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "goes with the test")] TempDir),
    Server { admin: String, name: String },
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The engines that there are here.
pub async fn worlds() -> Vec<World> {
    let mut worlds = vec![World::sqlite().await];
    if let Some(admin) = server("TEST_DATABASE_URL") {
        worlds.push(World::on_server(Engine::Postgres, admin).await);
    }
    if let Some(admin) = server("TEST_MYSQL_URL") {
        worlds.push(World::on_server(Engine::MySql, admin).await);
    }
    worlds
}

fn server(variable: &str) -> Option<String> {
    std::env::var(variable).ok().map(|url| url.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Runs statements, and gives the first text of each row.
async fn ask(engine: Engine, url: &str, sql: String) -> Result<Vec<Option<String>>, sqlx::Error> {
    let sql = AssertSqlSafe(sql);
    match engine {
        Engine::Sqlite => {
            let rows = SqliteConnection::connect(url).await?.fetch_all(sql).await?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
        Engine::Postgres => {
            let rows = PgConnection::connect(url).await?.fetch_all(sql).await?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
        Engine::MySql => {
            let rows = MySqlConnection::connect(url).await?.fetch_all(sql).await?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
    }
}

impl World {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crm.db");
        std::fs::write(&file, "").unwrap();
        let world = Self {
            engine: Engine::Sqlite,
            url: format!("sqlite://{}", file.display()),
            place: Place::Folder(folder),
        };
        world.run(&TABLES.replace("UUID_TYPE", "CHAR(36)")).await;
        world
    }

    async fn on_server(engine: Engine, admin: String) -> Self {
        let name = format!("kartotek_sql_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ask(engine, &admin, format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        ask(engine, &admin, format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = admin.rsplit_once('/').unwrap();
        let world = Self { engine, url: format!("{server}/{name}"), place: Place::Server { admin, name } };
        world
            .run(&TABLES.replace("UUID_TYPE", if engine == Engine::Postgres { "UUID" } else { "CHAR(36)" }))
            .await;
        world
    }

    /// Runs statements as the company itself.
    pub async fn run(&self, sql: &str) {
        ask(self.engine, &self.url, sql.to_owned()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The first text of each row.
    pub async fn texts(&self, sql: &str) -> Vec<Option<String>> {
        let text = if self.engine == Engine::MySql { "AS CHAR)" } else { "AS text)" };
        let sql = sql.replace("AS text)", text);
        ask(self.engine, &self.url, sql.clone()).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// All that is in all tables.
    pub async fn dump(&self) -> Vec<Option<String>> {
        let mut all = Vec::new();
        for (table, columns) in [
            ("customers", "id, reference, name, email, phone, born, zip, points"),
            ("contacts", "id, customer_id, email, phone"),
            ("invoices", "id, customer_id, address, total"),
            ("invoice_lines", "invoice_id, line, label"),
        ] {
            let joined = columns.split(", ").map(|column| format!("COALESCE(CAST({column} AS text), '-')"));
            let joined = joined.collect::<Vec<_>>().join(" || '|' || ");
            all.extend(self.texts(&format!("SELECT {joined} FROM {table} ORDER BY 1")).await);
        }
        all
    }

    pub async fn connect(&self, tables: Vec<SqlTable>) -> Database {
        Database::reach(self.settings(tables), None).await.unwrap()
    }

    pub fn settings(&self, tables: Vec<SqlTable>) -> SqlConnector {
        SqlConnector { url: self.url.clone(), credentials: None, tables, max_attempts: 10 }
    }

    /// Takes the database away.
    pub async fn finish(self, database: Database) {
        database.close().await;
        if let Place::Server { admin, name } = &self.place {
            let force = if self.engine == Engine::Postgres { " WITH (FORCE)" } else { "" };
            ask(self.engine, admin, format!("DROP DATABASE {name}{force}")).await.unwrap();
        }
    }
}

pub fn mask(method: MaskMethod, parameter: Option<&str>) -> Mask {
    Mask { method, parameter: parameter.map(str::to_owned) }
}

/// A column as the API fills it in: DELETE to erase, NULL to anonymize.
pub fn column(column: &str, category: &str) -> SqlColumn {
    SqlColumn {
        column: column.to_owned(),
        category: CategoryKey::from(category),
        erase: mask(MaskMethod::Delete, None),
        anonymize: mask(MaskMethod::Null, None),
    }
}

pub fn join(from: &str, to: &str, column: &str) -> SqlJoin {
    SqlJoin { from_column: from.to_owned(), to_table: to.to_owned(), to_column: column.to_owned() }
}

pub fn table(name: &str, joins: Vec<SqlJoin>, columns: Vec<SqlColumn>) -> SqlTable {
    SqlTable {
        table: name.to_owned(),
        primary_key: Vec::new(),
        subject_column: "reference".to_owned(),
        subject_key: SubjectKeyKind::Reference,
        joins,
        columns,
    }
}

/// The whole company, children before their parents.
pub fn everything() -> Vec<SqlTable> {
    let customer = || join("customer_id", "customers", "id");
    vec![
        table(
            "invoice_lines",
            vec![join("invoice_id", "invoices", "id"), customer()],
            vec![column("label", "order")],
        ),
        table("contacts", vec![customer()], vec![column("email", "email"), column("phone", "phone")]),
        table("invoices", vec![customer()], vec![column("address", "address")]),
        table(
            "customers",
            Vec::new(),
            vec![
                column("name", "name"),
                column("email", "email"),
                column("phone", "phone"),
                column("born", "born"),
                column("zip", "address"),
                column("points", "order"),
            ],
        ),
    ]
}

pub const ALL: [&str; 6] = ["order", "email", "phone", "address", "name", "born"];

pub fn call(action: TaskAction, categories: &[&str]) -> Call {
    Call {
        key: Uuid::nil(),
        action,
        categories: categories.iter().map(|key| CategoryKey::from(*key)).collect(),
        subject: Subject::default().known_by(SubjectKeyKind::Reference, "K-1"),
        found_before: None,
        corrections: Vec::new(),
    }
}

/// So many rows were changed, and read again as gone.
pub fn done(rows: u64) -> Answer {
    Answer::Done(Evidence::ReadBack { rows })
}

pub fn nothing() -> Answer {
    Answer::NothingFound(Evidence::ReadBack { rows: 0 })
}

//! A database for each test, as a copy of one that was migrated and filled with the demo company once for the run.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "tests look behind the door to see that it keeps what it promises"
)]

use super::{
    app,
    clock::{FakeClock, start},
};
use chrono::TimeDelta;
pub use kartotek::access::Engine;
use kartotek::{access::Settings, domain::demo, server::Server};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use secrecy::ExposeSecret;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A database that nobody else uses.
pub struct Database {
    url: String,
    pub engine: Engine,
    owner: DatabaseConnection,
    place: Place,
    /// For files of the same test.
    beside: TempDir,
}

enum Place {
    Folder(TempDir),
    Server { admin: String, name: String },
}

/// What the demo's copies are made from.
enum Template {
    File(Vec<u8>),
    Database(String),
}

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

/// Where PostgreSQL is, when tests are to run on it.
fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

impl Database {
    /// On what the tests run.
    pub fn engine_of_all() -> Engine {
        if server().is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// One with the demo company in it.
    pub async fn demo() -> Self {
        match TEMPLATE.get_or_init(template).await {
            Template::File(bytes) => {
                let folder = tempfile::tempdir().unwrap();
                std::fs::write(file(&folder), bytes).unwrap();
                Self::in_folder(folder).await
            }
            Template::Database(name) => Self::on_server(&server().unwrap(), Some(name)).await,
        }
    }

    /// One with nothing in it, not even tables.
    pub async fn empty() -> Self {
        match server() {
            None => Self::in_folder(tempfile::tempdir().unwrap()).await,
            Some(admin) => Self::on_server(&admin, None).await,
        }
    }

    async fn in_folder(folder: TempDir) -> Self {
        let url = format!("sqlite://{}?mode=rwc", file(&folder).display());
        let owner = connect(&url, "").await;
        let beside = tempfile::tempdir().unwrap();
        Self { url, engine: Engine::Sqlite, owner, place: Place::Folder(folder), beside }
    }

    async fn on_server(admin: &str, template: Option<&str>) -> Self {
        let name = format!("kartotek_it_{:08x}_{}", run::id(admin).await, run::next());
        let server = connect(admin, "").await;
        let template = template.map(|name| format!(" TEMPLATE {name}")).unwrap_or_default();
        server.execute_unprepared(&format!("CREATE DATABASE {name}{template}")).await.unwrap();
        server.close().await.unwrap();
        let url = with_name(admin, &name);
        let owner = connect(&url, "").await;
        let place = Place::Server { admin: admin.to_owned(), name };
        Self { url, engine: Engine::Postgres, owner, place, beside: tempfile::tempdir().unwrap() }
    }

    /// How the server connects to it.
    pub fn settings(&self) -> Settings {
        Settings { url: self.url.clone().into(), connections: 4 }
    }

    /// Another with the same in it, as if it were a backup that was restored. No server has it open.
    pub async fn copy(&mut self) -> Self {
        match &self.place {
            Place::Folder(of) => {
                self.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
                let folder = tempfile::tempdir().unwrap();
                std::fs::copy(file(of), file(&folder)).unwrap();
                Self::in_folder(folder).await
            }
            Place::Server { admin, name } => {
                // A template is one that nobody is connected to.
                self.owner.clone().close().await.unwrap();
                let copy = Self::on_server(admin, Some(name)).await;
                self.owner = connect(&self.url, "").await;
                copy
            }
        }
    }

    /// The path of a file that is the test's own.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.beside.path().join(name)
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(file(folder)),
            Place::Server { .. } => None,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection as whoever migrates: the owner of the tables.
    pub fn owner(&self) -> &DatabaseConnection {
        &self.owner
    }

    /// A connection of its own, as the role that the server works as on PostgreSQL; SQLite knows no roles.
    pub async fn as_runtime(&self) -> DatabaseConnection {
        match self.engine {
            Engine::Sqlite => connect(&self.url, "").await,
            Engine::Postgres => connect(&self.url, "SET ROLE kartotek_runtime").await,
        }
    }

    /// A connection of somebody else's.
    pub async fn of(settings: &Settings) -> DatabaseConnection {
        connect(settings.url.expose_secret(), "").await
    }

    /// Who is connected, on PostgreSQL. SQLite keeps no list, and has nothing left of who is gone.
    pub async fn clients(&self) -> BTreeSet<i32> {
        if self.engine == Engine::Sqlite {
            return BTreeSet::new();
        }
        let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
            AND backend_type = 'client backend'";
        self.rows(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Keeps everybody else from changing anything of a customer's, until it is closed.
    pub async fn held(&self, reference: &str) -> DatabaseConnection {
        let db = self.as_runtime().await;
        let hold = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE".to_owned(),
            Engine::Postgres => {
                format!("BEGIN; SELECT id FROM customer WHERE reference = '{reference}' FOR UPDATE")
            }
        };
        db.execute_unprepared(&hold).await.unwrap();
        db
    }

    /// Keeps everybody from writing to the audit log, until it is closed.
    pub async fn log_held(&self) -> DatabaseConnection {
        let hold = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN; LOCK TABLE audit_event IN SHARE MODE",
        };
        connect(&self.url, hold).await
    }

    /// Rows of a statement, as the owner.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.owner.get_database_backend(), sql);
        self.owner.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements as the owner.
    pub async fn run(&self, sql: &str) {
        self.owner.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The first text of each row.
    /// A number that is asked for.
    pub async fn count(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].try_get_by_index(0).unwrap()
    }

    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    pub async fn discard(self) {
        self.owner.close().await.unwrap();
        match self.place {
            Place::Folder(folder) => folder.close().unwrap(),
            Place::Server { admin, name } => {
                let server = connect(&admin, "").await;
                server.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
                server.close().await.unwrap();
            }
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("kartotek.db")
}

/// Migrated, seeded, and with the demo company, a day before tests begin.
async fn template() -> Template {
    let database = Database::empty().await;
    let clock = FakeClock::at(start() - TimeDelta::days(1));
    let server = Server::start(app::parts(&database, clock)).await.unwrap();
    demo::load(&server.door, &server.catalogs).await.unwrap();
    server.close().await;
    let Database { owner, place, .. } = database;
    owner.close().await.unwrap();
    match place {
        Place::Folder(folder) => {
            let log = file(&folder).with_extension("db-wal");
            assert!(!log.exists(), "closing the database has not brought it into one file");
            Template::File(std::fs::read(file(&folder)).unwrap())
        }
        Place::Server { name, .. } => Template::Database(name),
    }
}

async fn connect(url: &str, first: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = sea_orm::Database::connect(options).await.unwrap();
    if !first.is_empty() {
        db.execute_unprepared(first).await.unwrap();
    }
    db
}

/// The same server's address with another database in it.
fn with_name(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, ""), |(address, rest)| (address, rest));
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{name}?{parameters}")
}

/// One run of the tests among others on the same server. What a run leaves behind, the next removes.
mod run {
    use super::{AtomicU32, ConnectionTrait, DatabaseConnection, OnceCell, Ordering, Statement, connect};

    /// Advisory locks of two numbers: this one, and the run's.
    const LOCKS: i32 = 0x6b74_6974;

    static ID: OnceCell<u32> = OnceCell::const_new();
    static NEXT: AtomicU32 = AtomicU32::new(0);

    pub fn next() -> u32 {
        NEXT.fetch_add(1, Ordering::SeqCst)
    }

    pub async fn id(admin: &str) -> u32 {
        *ID.get_or_init(|| begin(admin.to_owned())).await
    }

    /// Takes a number, and a lock on it for as long as the process lives: by it others see that the run goes on.
    async fn begin(admin: String) -> u32 {
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = connect(&admin, "").await;
                let id = getrandom::u32().unwrap();
                assert!(lock(&server, id).await);
                remove_stale(&server).await;
                tell.send(id).unwrap();
                std::future::pending::<()>().await;
            });
        });
        told.await.unwrap()
    }

    async fn lock(server: &DatabaseConnection, id: u32) -> bool {
        let sql = format!("SELECT pg_try_advisory_lock({LOCKS}, {})", id.cast_signed());
        let statement = Statement::from_string(server.get_database_backend(), sql);
        server.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    async fn remove_stale(server: &DatabaseConnection) {
        let sql = "SELECT datname::text FROM pg_database WHERE datname LIKE 'kartotek\\_it\\_%'";
        let statement = Statement::from_string(server.get_database_backend(), sql);
        for row in server.query_all_raw(statement).await.unwrap() {
            let name: String = row.try_get_by_index(0).unwrap();
            let of = name.split('_').nth(2).and_then(|id| u32::from_str_radix(id, 16).ok());
            if let Some(id) = of
                && lock(server, id).await
            {
                server
                    .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await
                    .unwrap();
                let unlock = format!("SELECT pg_advisory_unlock({LOCKS}, {})", id.cast_signed());
                server.execute_unprepared(&unlock).await.unwrap();
            }
        }
    }
}

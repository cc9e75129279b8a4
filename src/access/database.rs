//! Connections: how they are made, and what is set on them. They never leave `access`.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is where connections are made"
)]

use super::Broken;
pub use migration::{Migrator, MigratorTrait, months::Detaching, privileges::RUNTIME_ROLE};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    RuntimeErr::SqlxError, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::{
    Connection, PgConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Which of the two databases it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Sqlite,
}

/// How to connect.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite://path` or `postgres://…`.
    pub url: secrecy::SecretString,
    /// Connections for reading; on Postgres for writing, too.
    pub connections: u32,
}

/// How long anything waits for a connection before it gives up.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(25);

/// The pools. `SQLite` has one writer, so its writing pool holds one connection, and waiting for it is the queue;
/// the audit log shares it. On Postgres the audit log has a connection of its own, which nothing else can exhaust.
/// What may look through everything has a few connections of its own, so that it exhausts none but those.
#[derive(Clone, Debug)]
pub(in crate::access) struct Database {
    pub(super) reading: DatabaseConnection,
    pub(super) searching: DatabaseConnection,
    writing: DatabaseConnection,
    pub(super) audit: DatabaseConnection,
}

impl Database {
    /// Migrates and connects.
    pub(in crate::access) async fn open(settings: &Settings) -> Result<Self, Broken> {
        bring_up_to_date(settings).await?;
        Self::connect(settings).await
    }

    /// Connects for looking alone.
    pub(in crate::access) async fn look(settings: &Settings) -> Result<Self, Broken> {
        let only = match engine(settings) {
            Engine::Sqlite => sqlite(settings, settings.connections.max(1), For::Reading).await?,
            Engine::Postgres => postgres(settings, settings.connections.max(1), As::Reader).await?,
        };
        Ok(Self { reading: only.clone(), searching: only.clone(), audit: only.clone(), writing: only })
    }

    async fn connect(settings: &Settings) -> Result<Self, Broken> {
        let connections = settings.connections.max(1);
        let searches = connections.div_ceil(4);
        match engine(settings) {
            Engine::Sqlite => {
                let writing = sqlite(settings, 1, For::Writing).await?;
                let reading = sqlite(settings, connections, For::Reading).await?;
                let searching = sqlite(settings, searches, For::Searching).await?;
                Ok(Self { reading, searching, audit: writing.clone(), writing })
            }
            Engine::Postgres => {
                let writing = postgres(settings, connections, As::Runtime).await?;
                let searching = postgres(settings, searches, As::Runtime).await?;
                let audit = postgres(settings, 1, As::Runtime).await?;
                Ok(Self { reading: writing.clone(), searching, writing, audit })
            }
        }
    }

    /// Whether all who write wait for each other.
    pub(in crate::access) fn has_one_writer(&self) -> bool {
        self.writing.get_database_backend() == DbBackend::Sqlite
    }

    /// A transaction that changes something. On `SQLite` it takes the write lock at once: a transaction that reads
    /// first and writes later fails when another wrote in between.
    pub(in crate::access) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writing.begin_with_options(options).await
    }

    /// Brings the whole write-ahead log into `SQLite`'s file and empties it, so that what was destroyed is in neither. Whether
    /// it could: somebody may be reading an older state just now, and nobody waits for that.
    pub(in crate::access) async fn empty_log(&self) -> Result<bool, Broken> {
        if !self.has_one_writer() {
            return Ok(true);
        }
        self.writing.execute_unprepared("PRAGMA busy_timeout = 100").await?;
        let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let done = self.writing.query_one_raw(checkpoint).await;
        self.writing.execute_unprepared(&format!("PRAGMA busy_timeout = {}", ACQUIRE.as_millis())).await?;
        Ok(done?.is_some_and(|row| row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0)))
    }

    /// What is missing of what keeps the audit log as it is.
    pub(in crate::access) async fn unprotected(&self) -> Result<Vec<String>, Broken> {
        Ok(migration::protection::missing(&self.reading).await?)
    }

    /// Makes the parts of the audit log that the next months' events go to.
    pub(in crate::access) async fn prepare_months(&self) -> Result<Option<i64>, Broken> {
        Ok(migration::months::prepare(&self.writing).await?)
    }

    /// The months that are parts of the audit log.
    pub(in crate::access) async fn audit_months(&self) -> Result<Vec<String>, Broken> {
        Ok(migration::months::attached(&self.reading).await?)
    }

    /// Whether the database answers.
    pub(in crate::access) async fn ping(&self) -> Result<(), Broken> {
        self.reading.ping().await?;
        Ok(())
    }

    pub(in crate::access) async fn close(self) {
        // Readers first, so that the last connection, the writer's, checkpoints the WAL.
        for pool in [self.reading, self.searching, self.audit, self.writing] {
            if let Err(error) = pool.close().await {
                tracing::debug!(%error, "a connection pool did not close");
            }
        }
    }
}

/// A transaction that reads one state and changes nothing.
pub(in crate::access) async fn snapshot(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let isolation = (pool.get_database_backend() == DbBackend::Postgres)
        .then_some(sea_orm::IsolationLevel::RepeatableRead);
    let access = isolation.map(|_| sea_orm::AccessMode::ReadOnly);
    pool.begin_with_config(isolation, access).await
}

/// Which database the URL is for; what is no `SQLite` URL is Postgres' to refuse.
pub fn engine(settings: &Settings) -> Engine {
    use secrecy::ExposeSecret;
    if settings.url.expose_secret().starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
}

/// Applies what is pending, and sets the privileges anew: a restored database may have lost them. Whoever may not set
/// them learns it here, and not from the server.
pub async fn migrate(settings: &Settings) -> Result<(), Broken> {
    bring_up_to_date(settings).await?;
    as_owner(settings, async |owner| migration::privileges::grant(owner).await).await?;
    if engine(settings) == Engine::Postgres {
        let server = postgres(settings, 1, As::Runtime).await?;
        let right = migration::privileges::check(&server).await;
        server.close().await?;
        right?;
    }
    Ok(())
}

/// Applies what is pending.
async fn bring_up_to_date(settings: &Settings) -> Result<(), Broken> {
    as_owner(settings, migration::up).await?;
    tracing::info!("the database is up to date");
    Ok(())
}

/// The turn to take months out of the audit log, as who owns the tables; `None` while somebody else has it.
pub async fn detaching(settings: &Settings) -> Result<Option<Detaching>, Broken> {
    Ok(Detaching::begin(postgres(settings, 2, As::Owner).await?).await?)
}

/// Each migration's name, and whether it is applied.
pub async fn migrations(settings: &Settings) -> Result<Vec<(String, bool)>, Broken> {
    as_owner(settings, migration::status).await
}

/// The names of all migrations that this version knows.
pub fn known_migrations() -> Vec<String> {
    Migrator::migrations().iter().map(|one| one.name().to_owned()).collect()
}

/// On a connection of its own, as whom the URL names.
async fn as_owner<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, DbErr>,
) -> Result<T, Broken> {
    let owner = owner(settings).await?;
    let done = work(&owner).await;
    owner.close().await?;
    Ok(done?)
}

async fn owner(settings: &Settings) -> Result<DatabaseConnection, DbErr> {
    match engine(settings) {
        Engine::Sqlite => sqlite(settings, 1, For::Writing).await,
        Engine::Postgres => postgres(settings, 1, As::Owner).await,
    }
}

fn options(settings: &Settings, connections: u32) -> ConnectOptions {
    use secrecy::ExposeSecret;
    let mut options = ConnectOptions::new(settings.url.expose_secret());
    options
        .max_connections(connections)
        .min_connections(connections.min(2))
        .acquire_timeout(ACQUIRE)
        .connect_timeout(ACQUIRE)
        .idle_timeout(Duration::from_mins(10))
        // A broken connection is noticed by the statement that meets it; asking first costs a round trip each time.
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        // Statements hold no values, but neither logs nor traces need them.
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

/// What a pool of `SQLite` connections is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Writing,
    Reading,
    Searching,
}

async fn sqlite(settings: &Settings, connections: u32, what: For) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(settings, connections);
    let read_only = what != For::Writing;
    // A full disk ends a transaction without the driver's knowledge. What follows on that connection would never be
    // committed: it is given up.
    options.map_sqlx_sqlite_before_acquire(move |connection, _| {
        Box::pin(async move {
            if what == For::Searching {
                give_time(connection, STATEMENT).await?;
            }
            Ok(!connection.is_in_transaction())
        })
    });
    if what == For::Searching {
        // SQLite knows no time-out of its own.
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_connect(|connection, _| Box::pin(give_time(connection, STATEMENT)))
        });
    }
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite
            .create_if_missing(!read_only)
            .journal_mode(SqliteJournalMode::Wal)
            // An answer promises that its record survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE)
            // What is deleted is overwritten: a destroyed key must not linger in a free page.
            .pragma("secure_delete", "ON")
            // With it, a REPLACE fires the triggers that keep the audit log.
            .pragma("recursive_triggers", "ON")
            .pragma("trusted_schema", "OFF")
            // KiB a connection. The default of two megabytes reads the same pages again and again.
            .pragma("cache_size", "-16384")
            .pragma("temp_store", "MEMORY")
            .statement_cache_capacity(256);
        if read_only { sqlite.pragma("query_only", "ON") } else { sqlite }
    });
    // Turning a new file over to the WAL takes the whole file for a moment, and SQLite does not wait for that.
    let mut patience = 50;
    loop {
        match sea_orm::Database::connect(options.clone()).await {
            Err(error) if patience > 0 && is_busy(&error) => {
                patience -= 1;
                tokio::time::sleep(ACQUIRE / 50).await;
            }
            outcome => return outcome,
        }
    }
}

/// Lets the connection work for so long, from now on.
async fn give_time(connection: &mut sqlx::SqliteConnection, time: Duration) -> Result<(), sqlx::Error> {
    const INSTRUCTIONS: i32 = 100_000;
    let until = Instant::now() + time;
    connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || Instant::now() < until);
    Ok(())
}

fn is_busy(error: &DbErr) -> bool {
    let DbErr::Conn(SqlxError(error)) = error else { return false };
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// Whom a connection to Postgres works as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// Whom the URL names.
    Owner,
    /// The same, and changes nothing.
    Reader,
    /// The role that owns nothing and can only add to the audit log.
    Runtime,
}

async fn postgres(settings: &Settings, connections: u32, whom: As) -> Result<DatabaseConnection, DbErr> {
    use secrecy::ExposeSecret;
    // Read here first: what sea-orm says of a URL that it cannot read repeats it, with the password.
    let plain: PgConnectOptions = settings.url.expose_secret().parse().map_err(unreachable)?;
    let mut options = options(settings, connections);
    options.map_sqlx_postgres_opts(move |postgres| set(postgres, whom));
    match sea_orm::Database::connect(options).await {
        Err(error) if is_timeout(&error) => Err(why_not(&set(plain, whom)).await.unwrap_or(error)),
        outcome => outcome,
    }
}

fn set(postgres: PgConnectOptions, whom: As) -> PgConnectOptions {
    let milliseconds = |duration: Duration| duration.as_millis().to_string();
    let postgres = postgres
        .application_name("kartotek")
        .statement_cache_capacity(256)
        // Short statements never repay compiling.
        .options([("jit", "off"), ("timezone", "UTC")]);
    let postgres = match whom {
        As::Owner => return postgres,
        As::Reader => return postgres.options([("default_transaction_read_only", "on")]),
        As::Runtime => postgres.options([("role", RUNTIME_ROLE)]),
    };
    postgres.options([
        ("statement_timeout", milliseconds(STATEMENT)),
        ("lock_timeout", milliseconds(ACQUIRE)),
        ("idle_in_transaction_session_timeout", milliseconds(STATEMENT)),
    ])
}

/// A pool tries for a while, in case the server is just starting, and then says no more than that. One plain connection
/// says what is wrong.
async fn why_not(options: &PgConnectOptions) -> Option<DbErr> {
    match tokio::time::timeout(ACQUIRE, PgConnection::connect_with(options)).await {
        Ok(connected) => connected.err().map(unreachable),
        Err(_) => Some(unreachable(std::io::Error::other("the server does not answer").into())),
    }
}

fn is_timeout(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(SqlxError(error)) if matches!(**error, sqlx::Error::PoolTimedOut))
}

fn unreachable(error: sqlx::Error) -> DbErr {
    DbErr::Conn(SqlxError(Arc::new(error)))
}

/// Whether an error is about what a row says, so that other rows may well be taken: a constraint, a value that does not
/// fit its column.
pub(in crate::access) fn is_about_a_row(error: &DbErr) -> bool {
    use sqlx::error::ErrorKind;
    let (DbErr::Exec(SqlxError(error)) | DbErr::Query(SqlxError(error))) = error else { return false };
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().unwrap_or_default();
    // Postgres: data exceptions. SQLite: a trigger's refusal and a value of the wrong type count as constraints.
    !matches!(error.kind(), ErrorKind::Other) || (code.len() == 5 && code.starts_with("22")) || code == "1811"
}

/// The name of the unique constraint that an error is about, as the engine tells it.
pub(in crate::access) fn duplicate(error: &DbErr) -> Option<String> {
    use sea_orm::SqlErr;
    let Some(SqlErr::UniqueConstraintViolation(message)) = error.sql_err() else { return None };
    let constraint = match error {
        DbErr::Exec(SqlxError(error)) | DbErr::Query(SqlxError(error)) => constraint(error),
        _ => None,
    };
    Some(constraint.unwrap_or(message))
}

fn constraint(error: &Arc<sqlx::Error>) -> Option<String> {
    error.as_database_error()?.constraint().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_committed_after_sqlite_ended_a_transaction_by_itself_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display()).into();
        let pool = sqlite(&Settings { url, connections: 1 }, 1, For::Writing).await.unwrap();
        pool.execute_unprepared("CREATE TABLE t (x INTEGER PRIMARY KEY)").await.unwrap();
        let tx = pool.begin().await.unwrap();
        // As a full disk does it.
        tx.execute_unprepared("INSERT OR ROLLBACK INTO t VALUES (1), (1)").await.unwrap_err();
        tx.rollback().await.unwrap_err();
        // What is refused next is rolled back, and what comes after that is not.
        pool.begin().await.unwrap().rollback().await.unwrap();
        let tx = pool.begin().await.unwrap();
        tx.execute_unprepared("INSERT INTO t VALUES (2)").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seen_by_another(&folder.path().join("test.db")).await, 1);
    }

    /// Rows, as another process would see them.
    async fn seen_by_another(file: &std::path::Path) -> i64 {
        let url = format!("sqlite://{}", file.display()).into();
        let other = sqlite(&Settings { url, connections: 1 }, 1, For::Reading).await.unwrap();
        let count = Statement::from_string(DbBackend::Sqlite, "SELECT count(*) FROM t");
        other.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn a_search_of_sqlite_ends_when_its_time_is_up() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display()).into();
        let pool = sqlite(&Settings { url, connections: 1 }, 1, For::Writing).await.unwrap();
        let mut connection = pool.get_sqlite_connection_pool().acquire().await.unwrap();
        give_time(&mut connection, Duration::from_millis(20)).await.unwrap();
        drop(connection);
        let endless =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let ended = pool.query_one_raw(Statement::from_string(DbBackend::Sqlite, endless)).await;
        assert!(matches!(Broken::from(ended.unwrap_err()), Broken::TooLong));
    }
}

//! Connections to the company's database: one small pool that can only read, and one that can change things.

use super::{
    super::Failure,
    credentials::Credentials,
    failure, mysql,
    schema::Known,
    statement::Engine,
    work::{self, Work},
};
use entity::connector::SqlConnector;
use secrecy::ExposeSecret;
use sqlx::{
    ConnectOptions, Executor, MySql, Postgres, Sqlite,
    mysql::MySqlConnectOptions,
    pool::{Pool, PoolOptions},
    postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

/// How long anything waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long anything waits for what another transaction holds.
const LOCK: Duration = Duration::from_secs(5);

/// How long one statement may take.
pub(super) const STATEMENT: Duration = Duration::from_secs(30);

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_mins(1);

const CONNECTIONS: u32 = 2;

/// How much can go on at a database at a time.
pub const AT_ONCE: usize = CONNECTIONS as usize;

/// How many rows one transaction changes. A statement names them all, and SQLite nests alternatives at most 1,000 deep.
const CHUNK: usize = 200;

/// A database of the company's own, and what is where in it.
pub struct Database {
    pub(super) settings: SqlConnector,
    pub(super) chunk: usize,
    pub(super) known: Known,
    reading: Side,
    changing: Side,
}

#[derive(Clone)]
enum Side {
    Postgres(Pool<Postgres>),
    Sqlite(Pool<Sqlite>),
    MySql(Pool<MySql>),
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Reading,
    Changing,
}

impl Database {
    /// Connects, and fails when it cannot. Until something is to be changed, only to read.
    pub async fn reach(settings: SqlConnector, credentials: Option<&Credentials>) -> Result<Self, Failure> {
        let reading = Side::open(&settings.url, credentials, Purpose::Reading)?;
        let changing = Side::open(&settings.url, credentials, Purpose::Changing)?;
        let known = Known::default();
        let database = Self { settings, chunk: CHUNK, known, reading, changing };
        database.begin(Purpose::Reading).await?.roll_back().await;
        Ok(database)
    }

    /// How many rows one transaction changes; 200 unless told, and no more.
    #[must_use]
    pub fn in_chunks_of(mut self, rows: usize) -> Self {
        self.chunk = rows.clamp(1, CHUNK);
        self
    }

    /// Whether it was connected to by these settings.
    #[must_use]
    pub fn is_of(&self, settings: &SqlConnector) -> bool {
        self.settings == *settings
    }

    pub fn engine(&self) -> Engine {
        match self.reading {
            Side::Postgres(_) => Engine::Postgres,
            Side::Sqlite(_) => Engine::Sqlite,
            Side::MySql(_) => Engine::MySql,
        }
    }

    /// Waits until all connections are closed.
    pub async fn close(&self) {
        for side in [&self.reading, &self.changing] {
            match side {
                Side::Postgres(pool) => pool.close().await,
                Side::Sqlite(pool) => pool.close().await,
                Side::MySql(pool) => pool.close().await,
            }
        }
    }

    /// A transaction. One for reading sees one state of everything.
    pub(super) async fn begin(&self, purpose: Purpose) -> Result<Work, Failure> {
        let side = if purpose == Purpose::Reading { &self.reading } else { &self.changing };
        match side {
            Side::Postgres(pool) => {
                let begin = match purpose {
                    Purpose::Reading => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    Purpose::Changing => "BEGIN READ WRITE",
                };
                work::within(STATEMENT, pool.begin_with(begin)).await.map(Work::Postgres)
            }
            Side::Sqlite(pool) => {
                let begin = match purpose {
                    Purpose::Reading => "BEGIN",
                    Purpose::Changing => "BEGIN IMMEDIATE",
                };
                work::within(STATEMENT, pool.begin_with(begin)).await.map(Work::Sqlite)
            }
            Side::MySql(pool) => {
                let begin = match purpose {
                    Purpose::Reading => "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                    Purpose::Changing => "START TRANSACTION READ WRITE",
                };
                mysql::Transaction::begin(pool, begin).await.map(Work::MySql)
            }
        }
    }
}

/// Neither the address nor the mapping says a secret, but neither has to be in a log.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

impl Side {
    fn open(url: &str, credentials: Option<&Credentials>, purpose: Purpose) -> Result<Self, Failure> {
        if let Some((_, problem)) = unfit(url) {
            return Err(failure::lasting(problem));
        }
        if url.starts_with("sqlite:") {
            let options = sqlite(url, purpose).map_err(|error| failure::of(&error))?;
            return Ok(Self::Sqlite(small().connect_lazy_with(options)));
        }
        if url.starts_with("mysql:") || url.starts_with("mariadb:") {
            let options = mysql_options(url, credentials).map_err(|error| failure::of(&error))?;
            return Ok(Self::MySql(set_up(small(), purpose).connect_lazy_with(options)));
        }
        let options = postgres(url, credentials, purpose).map_err(|error| failure::of(&error))?;
        Ok(Self::Postgres(small().connect_lazy_with(options)))
    }
}

/// What of an address is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// A password stands where everybody can read it.
    Secret,
    /// It is of no kind that is known here.
    Form,
}

/// What is wrong with an address.
pub fn unfit(url: &str) -> Option<(Misplaced, &'static str)> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let after_user = rest.trim_start_matches('/');
    let authority = after_user.split(['/', '?']).next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let asks = |name: &str| query.split('&').any(|part| part.split('=').next() == Some(name));
    match scheme {
        "sqlite" if file(url).is_some() => None,
        "postgres" | "postgresql" | "mysql" | "mariadb" => {
            let in_authority = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
            (in_authority || asks("password"))
                .then_some((Misplaced::Secret, "The address must not hold a password."))
                .or_else(|| (authority.is_empty() || rest.is_empty()).then_some((Misplaced::Form, NO_HOST)))
        }
        _ => Some((
            Misplaced::Form,
            "The address is of no kind of database that is known here: it begins with `postgres:`, `mysql:` or `sqlite:`.",
        )),
    }
}

const NO_HOST: &str = "The address names no host, as in `postgres://host:5432/crm`.";

/// The host and port of a database that is reached over the network; `None` for others, and for a socket on this machine.
pub fn host(url: &str) -> Option<(String, u16)> {
    match url.split_once(':')?.0 {
        "postgres" | "postgresql" => {
            let options = PgConnectOptions::from_str(url).ok()?;
            let host = options.get_host();
            (options.get_socket().is_none() && !host.starts_with('/'))
                .then(|| (host.to_owned(), options.get_port()))
        }
        "mysql" | "mariadb" => {
            let options = MySqlConnectOptions::from_str(url).ok()?;
            options.get_socket().is_none().then(|| (options.get_host().to_owned(), options.get_port()))
        }
        _ => None,
    }
}

/// The file that a `SQLite` database is in; `None` for others, and for one in memory.
pub fn file(url: &str) -> Option<PathBuf> {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok())??;
    let file = options.get_filename();
    (!url.contains(":memory:") && !url.contains("mode=memory")).then(|| file.to_owned())
}

fn small<DB: sqlx::Database>() -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(CONNECTIONS)
        .min_connections(0)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(IDLE)
}

fn sqlite(url: &str, purpose: Purpose) -> Result<SqliteConnectOptions, sqlx::Error> {
    // Not opened as a file that can only be read: what a program that died has left half done must be taken back first, and
    // any reader does that, if it may.
    let query_only = if purpose == Purpose::Reading { "ON" } else { "OFF" };
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(false)
        .pragma("query_only", query_only)
        .foreign_keys(true)
        .busy_timeout(LOCK)
        .disable_statement_logging();
    Ok(options)
}

fn postgres(
    url: &str,
    credentials: Option<&Credentials>,
    purpose: Purpose,
) -> Result<PgConnectOptions, sqlx::Error> {
    let read_only = if purpose == Purpose::Reading { "on" } else { "off" };
    let millis = |time: Duration| time.as_millis().to_string();
    // Without a password of its own it sends none: never the one in PGPASSWORD, which is for another database.
    let password = credentials.map_or("", |known| known.password.expose_secret());
    let options = PgConnectOptions::from_str(url)?
        .password(password)
        .application_name("kartotek")
        .options([
            ("default_transaction_read_only", read_only),
            ("statement_timeout", &millis(STATEMENT)),
            ("lock_timeout", &millis(LOCK)),
            ("idle_in_transaction_session_timeout", &millis(STATEMENT * 2)),
            // Where policies would hide rows from us, asking fails: what is not seen may be there all the same.
            ("row_security", "off"),
            // How dates become text, and when a day begins, is not to depend on where the server stands.
            ("DateStyle", "ISO"),
            ("TimeZone", "UTC"),
        ])
        .disable_statement_logging();
    Ok(match credentials {
        Some(known) => options.username(known.user.expose_secret()),
        None => options,
    })
}

fn mysql_options(url: &str, credentials: Option<&Credentials>) -> Result<MySqlConnectOptions, sqlx::Error> {
    let options = MySqlConnectOptions::from_str(url)?.disable_statement_logging();
    Ok(match credentials {
        Some(known) => options.username(known.user.expose_secret()).password(known.password.expose_secret()),
        None => options,
    })
}

/// What a session of MySQL or MariaDB cannot be told when it connects. Each of the two reads only its own comment. Strict,
/// so that what does not fit is refused and not cut off.
const MYSQL: &str = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), lock_wait_timeout = 5, \
    innodb_lock_wait_timeout = 5 /*M!100100 , max_statement_time = 30 */ /*!80000 , max_execution_time = 30000 */";

fn set_up(pool: PoolOptions<MySql>, purpose: Purpose) -> PoolOptions<MySql> {
    pool.after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(MYSQL).await?;
            if purpose == Purpose::Reading {
                connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
            }
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_password() {
        assert_eq!(unfit("postgres://crm@db:5432/crm"), None);
        assert_eq!(unfit("sqlite:/var/lib/crm.db"), None);
        for url in ["postgres://crm:secret@db/crm", "postgres://db/crm?sslmode=require&password=secret"] {
            assert_eq!(unfit(url).unwrap().0, Misplaced::Secret);
        }
        for url in ["http://db", "crm.db", "postgres", "sqlite::memory:", ""] {
            assert_eq!(unfit(url).unwrap().0, Misplaced::Form, "{url}");
        }
    }

    #[test]
    fn a_database_is_where_its_address_says() {
        let at = |url: &str| host(url);
        assert_eq!(at("postgres://db.internal/crm"), Some(("db.internal".to_owned(), 5432)));
        assert_eq!(at("mysql://db.internal:3307/crm"), Some(("db.internal".to_owned(), 3307)));
        assert_eq!(
            at("postgres://db.internal/crm?host=evil.example"),
            Some(("evil.example".to_owned(), 5432))
        );
        assert_eq!(at("postgres://db.internal/crm?host=/var/run/postgresql"), None);
        assert_eq!(at("mysql://db.internal/crm?socket=/run/mysqld.sock"), None);
        assert_eq!(at("sqlite:/var/crm.db"), None);
    }

    #[tokio::test]
    async fn neither_address_nor_secret_is_printed() {
        let settings = SqlConnector {
            url: "postgres://crm@127.0.0.1:1/crm".into(),
            credentials: None,
            tables: Vec::new(),
            max_attempts: 10,
        };
        let credentials = Credentials::new("crm".to_owned().into(), "s3cret".to_owned().into());
        let failure = Database::reach(settings, Some(&credentials)).await.unwrap_err();
        assert!(matches!(failure, Failure::Passing { .. }), "{failure:?}");
        assert!(!format!("{failure:?}").contains("s3cret"));
    }
}

//! A small database in a file of its own, that nobody else can read.

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow},
};
use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    time::Duration,
};

/// How long is waited for somebody else who writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A row's values, or a statement's.
pub(super) type Values = Vec<Option<String>>;

/// A database, or where one is to be.
#[derive(Clone, Debug)]
pub(super) struct File(pub(super) PathBuf);

/// Several statements that happen together or not at all.
pub(super) struct Changes(sqlx::Transaction<'static, sqlx::Sqlite>);

impl File {
    pub(super) fn is_there(&self) -> bool {
        self.0.exists()
    }

    /// Makes it, with these tables and rows. It has its name once it is complete.
    pub(super) async fn make(
        &self,
        tables: &'static str,
        rows: Vec<(&'static str, Values)>,
    ) -> Result<(), sqlx::Error> {
        let unfinished = Self(self.0.with_extension("new"));
        match fs::remove_file(&unfinished.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.0)?;
        let mut connection = unfinished.connect().await?;
        sqlx::raw_sql(tables).execute(&mut connection).await?;
        let mut transaction = connection.begin().await?;
        for (statement, values) in rows {
            bound(statement, values).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(fs::rename(&unfinished.0, &self.0)?)
    }

    /// All rows of a statement, as text.
    pub(super) async fn rows(&self, statement: &'static str) -> Result<Vec<Values>, sqlx::Error> {
        let mut connection = self.connect().await?;
        let rows = sqlx::query(statement).fetch_all(&mut connection).await?;
        rows.iter().map(texts).collect()
    }

    /// Begins to change something.
    pub(super) async fn change(&self) -> Result<Changes, sqlx::Error> {
        let options = self.options();
        let pool = sqlx::pool::PoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Changes(pool.begin_with("BEGIN IMMEDIATE").await?))
    }

    async fn connect(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.options().connect().await
    }

    fn options(&self) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(&self.0).create_if_missing(false);
        options.busy_timeout(PATIENCE).pragma("secure_delete", "ON").disable_statement_logging()
    }
}

impl Changes {
    /// The first row that a statement answers with, as text.
    pub(super) async fn row(
        &mut self,
        statement: &'static str,
        values: Values,
    ) -> Result<Option<Values>, sqlx::Error> {
        bound(statement, values).fetch_optional(&mut *self.0).await?.as_ref().map(texts).transpose()
    }

    /// Runs a statement and says how many rows it changed.
    pub(super) async fn run(&mut self, statement: &'static str, values: Values) -> Result<u64, sqlx::Error> {
        Ok(bound(statement, values).execute(&mut *self.0).await?.rows_affected())
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.commit().await
    }
}

fn texts(row: &SqliteRow) -> Result<Values, sqlx::Error> {
    (0..row.len()).map(|at| row.try_get(at)).collect()
}

fn bound(
    statement: &'static str,
    values: Values,
) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    values.into_iter().fold(sqlx::query(statement), sqlx::query::Query::bind)
}

//! One transaction, and the statements that run in it. Every answer is text: a statement casts what it reads.

use super::{
    super::Failure,
    database::STATEMENT,
    failure, mysql,
    statement::{Bind, Engine, Statement},
};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, MySql, Postgres, Row,
    Sqlite, Transaction, Type, database::HasStatementCache, query::Query,
};
use std::time::Duration;

/// A row as text.
pub(super) type Texts = Vec<Option<String>>;

/// What is not committed is rolled back.
pub(super) enum Work {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
    MySql(mysql::Transaction),
}

impl Work {
    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Postgres(_) => Engine::Postgres,
            Self::Sqlite(_) => Engine::Sqlite,
            Self::MySql(_) => Engine::MySql,
        }
    }

    /// All rows of a statement.
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Texts>, Failure> {
        match self {
            Self::Postgres(transaction) => rows::<Postgres>(&mut **transaction, statement).await,
            Self::Sqlite(transaction) => rows::<Sqlite>(&mut **transaction, statement).await,
            Self::MySql(transaction) => rows::<MySql>(transaction.connection()?, statement).await,
        }
    }

    /// The one number that a statement answers with.
    pub(super) async fn number(&mut self, statement: Statement) -> Result<u64, Failure> {
        let rows = self.rows(statement).await?;
        let number = rows.into_iter().next().and_then(|row| row.into_iter().next().flatten());
        number.and_then(|number| number.parse().ok()).ok_or_else(|| failure::of(&sqlx::Error::RowNotFound))
    }

    /// Runs a statement and says how many rows it changed.
    pub(super) async fn change(&mut self, statement: Statement) -> Result<u64, Failure> {
        let (sql, binds) = statement.parts();
        match self {
            Self::Postgres(transaction) => {
                let done = bound(sql, binds).execute(&mut **transaction);
                Ok(within(STATEMENT, done).await?.rows_affected())
            }
            Self::Sqlite(transaction) => {
                let done = bound(sql, binds).execute(&mut **transaction);
                Ok(within(STATEMENT, done).await?.rows_affected())
            }
            Self::MySql(transaction) => {
                let done = bound(sql, binds).execute(transaction.connection()?);
                Ok(within(STATEMENT, done).await?.rows_affected())
            }
        }
    }

    pub(super) async fn commit(self) -> Result<(), Failure> {
        match self {
            Self::Postgres(transaction) => within(STATEMENT, transaction.commit()).await,
            Self::Sqlite(transaction) => within(STATEMENT, transaction.commit()).await,
            Self::MySql(transaction) => transaction.end("COMMIT").await,
        }
    }

    /// Takes everything back. Where that fails the connection is lost, and the database does it by itself.
    pub(super) async fn roll_back(self) {
        let _ = match self {
            Self::Postgres(transaction) => within(STATEMENT, transaction.rollback()).await,
            Self::Sqlite(transaction) => within(STATEMENT, transaction.rollback()).await,
            Self::MySql(transaction) => transaction.end("ROLLBACK").await,
        };
    }
}

/// Waits no longer than `time`. The server has the same bound where it knows one; SQLite does not.
pub(super) async fn within<T>(
    time: Duration,
    result: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(time + Duration::from_secs(1), result).await {
        Ok(result) => result.map_err(|error| failure::of(&error)),
        Err(_) => Err(failure::passing("The statement took too long.")),
    }
}

async fn rows<DB>(connection: &mut DB::Connection, statement: Statement) -> Result<Vec<Texts>, Failure>
where
    DB: Database + HasStatementCache,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'q> String: Encode<'q, DB> + Decode<'q, DB> + Type<DB>,
    for<'q> Vec<u8>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<String>: Decode<'q, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    let (sql, binds) = statement.parts();
    let rows = within(STATEMENT, bound::<DB>(sql, binds).fetch_all(connection)).await?;
    let texts = |row: &DB::Row| (0..row.len()).map(|at| row.try_get(at)).collect::<Result<Texts, _>>();
    rows.iter().map(texts).collect::<Result<_, _>>().map_err(|error| failure::of(&error))
}

/// Only [`Statement`] puts text into SQL, and it takes none but the source's own and quoted names.
fn bound<DB>(sql: String, binds: Vec<Bind>) -> Query<'static, DB, DB::Arguments>
where
    DB: Database + HasStatementCache,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> Vec<u8>: Encode<'q, DB> + Type<DB>,
{
    // Statements differ from call to call, and the connections are few: the cache would only fill up.
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    binds.into_iter().fold(query, |query, bind| match bind {
        Bind::Text(text) => query.bind(text),
        Bind::Bytes(bytes) => query.bind(bytes),
    })
}

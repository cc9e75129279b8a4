//! A transaction of MySQL that can be dropped at any moment.
//!
//! sqlx returns a dropped connection to its pool, and asks it first whether it is well. A connection of MySQL that was
//! dropped in the middle of a statement waits for ever for the answer, and its place in the pool is lost. So one that
//! did not come to its end is closed instead, and the server rolls back.

use super::{super::Failure, database::STATEMENT, failure, work::within};
use sqlx::{Executor, MySql, MySqlConnection, Pool, pool::PoolConnection};

pub(super) struct Transaction(Option<PoolConnection<MySql>>);

impl Transaction {
    pub(super) async fn begin(pool: &Pool<MySql>, begin: &'static str) -> Result<Self, Failure> {
        let mut this = Self(Some(within(STATEMENT, pool.acquire()).await?));
        within(STATEMENT, this.connection()?.execute(begin)).await?;
        Ok(this)
    }

    pub(super) fn connection(&mut self) -> Result<&mut MySqlConnection, Failure> {
        self.0.as_deref_mut().ok_or_else(|| failure::of(&sqlx::Error::PoolClosed))
    }

    /// Ends with `COMMIT` or `ROLLBACK`, after which the connection is as good as before.
    pub(super) async fn end(mut self, how: &'static str) -> Result<(), Failure> {
        within(STATEMENT, self.connection()?.execute(how)).await?;
        drop(self.0.take());
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
    }
}

//! What a call would touch, without touching it.

use super::{
    super::{Call, Failure},
    database::{Database, Purpose},
    plan::{self, Place},
    rows,
    schema::text,
    statement::Statement,
    work::Work,
};

/// What a call would touch in one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub table: String,
    pub columns: Vec<String>,
    pub rows: u64,
}

/// Rows that a call would touch in one table.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    pub table: String,
    /// The columns of the primary key.
    pub key: Vec<String>,
    pub columns: Vec<String>,
    /// The values of `key`, row by row. They may be personal.
    pub rows: Vec<Vec<String>>,
}

/// A key may be an e-mail address, so only their number is printed.
impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = self.rows.len();
        f.debug_struct("Listed").field("table", &self.table).field("rows", &rows).finish_non_exhaustive()
    }
}

impl Database {
    /// How many rows `call` would touch, table by table. For an action that changes nothing: in how many something is.
    pub async fn find(&self, call: &Call) -> Result<Vec<Found>, Failure> {
        let schema = self.schema().await?;
        let mut work = self.begin(Purpose::Reading).await?;
        let mut found = Vec::new();
        for place in plan::places(self, &schema, call, plan::aim(call.action))? {
            let rows = count(&mut work, &place, call).await?;
            found.push(Found { table: place.mapping.table.clone(), columns: names(&place), rows });
        }
        work.roll_back().await;
        Ok(found)
    }

    /// The keys of the rows that `call` would touch, `limit` of each table.
    pub async fn list(&self, call: &Call, limit: u32) -> Result<Vec<Listed>, Failure> {
        let schema = self.schema().await?;
        let mut work = self.begin(Purpose::Reading).await?;
        let mut listed = Vec::new();
        for place in plan::places(self, &schema, call, plan::aim(call.action))? {
            let mut statement = Statement::new(self.engine());
            statement.sql("SELECT ");
            rows::key(&mut statement, &place);
            theirs(&mut statement, &place, call);
            rows::in_order(&mut statement, &place);
            statement.sql(" LIMIT ").number(limit.into());
            let rows = work.rows(statement).await?;
            let keys = rows.iter().map(|row| (0..row.len()).map(|at| text(row, at).to_owned()).collect());
            listed.push(Listed {
                table: place.mapping.table.clone(),
                key: place.key.iter().map(|column| column.name.clone()).collect(),
                columns: names(&place),
                rows: keys.collect(),
            });
        }
        work.roll_back().await;
        Ok(listed)
    }

    /// In how many rows something of what was asked for is still to be erased. A random value cannot be told from the
    /// one before it, and does not count.
    pub async fn verify(&self, call: &Call) -> Result<u64, Failure> {
        let schema = self.schema().await?;
        let mut work = self.begin(Purpose::Reading).await?;
        let aim = plan::aim(call.action).unwrap_or(super::fitness::Aim::Erase);
        let left = left(&mut work, &plan::places(self, &schema, call, Some(aim))?, call).await?;
        work.roll_back().await;
        Ok(left)
    }
}

/// In how many rows of these places something is still to be done.
pub(super) async fn left(work: &mut Work, places: &[Place<'_>], call: &Call) -> Result<u64, Failure> {
    let mut left = 0;
    for place in places {
        let mut statement = Statement::new(work.engine());
        statement.sql("SELECT ").count().sql(" FROM ").table(&place.mapping.table).sql(" WHERE ");
        rows::belong(&mut statement, place, &call.subject);
        statement.sql(" AND ");
        rows::pending_for_certain(&mut statement, place);
        left += work.number(statement).await?;
    }
    Ok(left)
}

async fn count(work: &mut Work, place: &Place<'_>, call: &Call) -> Result<u64, Failure> {
    let mut statement = Statement::new(work.engine());
    statement.sql("SELECT ").count();
    theirs(&mut statement, place, call);
    work.number(statement).await
}

/// From where, and which: what the call would touch.
fn theirs(statement: &mut Statement, place: &Place<'_>, call: &Call) {
    statement.sql(" FROM ").table(&place.mapping.table).sql(" WHERE ");
    rows::belong(statement, place, &call.subject);
    statement.sql(" AND ");
    match plan::aim(call.action) {
        Some(_) => rows::pending(statement, place),
        None => rows::hold_something(statement, place),
    }
}

fn names(place: &Place<'_>) -> Vec<String> {
    place.asked.iter().map(|asked| asked.column.name.clone()).collect()
}

//! Whom a table holds something of, page by page, to be compared with whom the map says it does.

use super::{
    super::Failure,
    database::{Database, Purpose},
    failure::lasting,
    masked, plan,
    schema::{Class, Column, Table, text},
    statement::{Engine, Statement},
    value,
};
use entity::connector::SqlTable;
use std::{collections::BTreeMap, fmt};

/// Some of those whom a table holds something of.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// What the table knows them by, each once, in the order of the database.
    pub keys: Vec<String>,
    /// Ask again, after the last of these.
    pub more: bool,
}

/// A key may be an e-mail address, so only their number is printed.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("keys", &self.keys.len()).field("more", &self.more).finish()
    }
}

impl Database {
    /// Whom the table at this place of the mapping holds something of that is still to be erased one day: at most
    /// `limit` of them, after `after`.
    pub async fn subjects(&self, table: usize, after: Option<&str>, limit: u32) -> Result<Page, Failure> {
        let Some(mapping) = self.settings.tables.get(table) else {
            return Err(lasting("There is no such table in the mapping."));
        };
        let mut work = self.begin(Purpose::Reading).await?;
        let schema = plan::schema(&mut work, &self.settings).await?;
        let subject = plan::subject(mapping, &schema)?;
        let mut statement = Statement::new(self.engine());
        let at_end = mapping.joins.last().map_or(&mapping.table, |join| &join.to_table);
        statement.sql("SELECT CAST(k").as_text().sql(" FROM (SELECT DISTINCT ");
        in_its_order(&mut statement, subject);
        statement
            .sql(" AS k FROM ")
            .table(at_end)
            .sql(" WHERE ")
            .name(&subject.name)
            .sql(" IS NOT NULL AND ");
        reached(&mut statement, mapping, &schema)?;
        if let Some(after) = after {
            statement.sql(" AND ");
            in_its_order(&mut statement, subject);
            statement.sql(" > ");
            value::of_type(&mut statement, subject, after);
        }
        statement.sql(" ORDER BY 1 LIMIT ").number(u64::from(limit) + 1).sql(") AS page ORDER BY k");
        let rows = work.rows(statement).await?;
        work.roll_back().await;
        let mut keys = rows.iter().map(|row| text(row, 0).to_owned()).collect::<Vec<_>>();
        let more = keys.len() > limit as usize;
        keys.truncate(limit as usize);
        Ok(Page { keys, more })
    }
}

/// The column as it is, so that an index serves the order; but bytes as text.
fn in_its_order(sql: &mut Statement, column: &Column) {
    match (sql.engine(), column.class) {
        (Engine::Sqlite | Engine::MySql, Class::Binary) => value::as_text(sql, column),
        _ => {
            sql.name(&column.name);
        }
    }
}

/// Whether a row at the end of the way is reached from a row of the table in which something is.
fn reached(sql: &mut Statement, mapping: &SqlTable, schema: &BTreeMap<String, Table>) -> Result<(), Failure> {
    let from = |at: usize| at.checked_sub(1).map_or(&mapping.table, |before| &mapping.joins[before].to_table);
    for (at, step) in mapping.joins.iter().enumerate().rev() {
        sql.name(&step.to_column).sql(" IN (SELECT ").name(&step.from_column).sql(" FROM ").table(from(at));
        sql.sql(" WHERE ");
    }
    let table = schema.get(&mapping.table);
    let mut columns = Vec::new();
    for mapped in &mapping.columns {
        let column = table.and_then(|table| table.column(&mapped.column));
        let missing = || lasting(format!("`{}` has no column `{}`.", mapping.table, mapped.column));
        columns.push((column.ok_or_else(missing)?, &mapped.erase));
    }
    sql.sql("(").list(columns, " OR ", |sql, (column, mask)| masked::pending(sql, column, mask)).sql(")");
    for _ in &mapping.joins {
        sql.sql(")");
    }
    Ok(())
}

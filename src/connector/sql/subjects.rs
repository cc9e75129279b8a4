//! Whom a table holds something of, and of what kind, page by page, to be compared with what the map says.

use super::{
    super::Failure,
    database::{Database, Purpose},
    failure::lasting,
    masked, plan,
    schema::{Class, Column, Table, text},
    statement::{Engine, Statement},
    value,
    work::Texts,
};
use entity::{
    connector::{SqlColumn, SqlTable},
    enums::{MaskMethod, SubjectKeyKind},
    ids::CategoryKey,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Some of those whom a table holds something of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Each once, in the order of the database.
    pub subjects: Vec<Somebody>,
    /// Ask again, after the last of these.
    pub more: bool,
}

/// Somebody whom a table holds something of.
#[derive(Clone, PartialEq, Eq)]
pub struct Somebody {
    /// What the table knows them by.
    pub key: String,
    pub traces: Vec<Trace>,
}

/// A key may be an e-mail address, so it is not printed.
impl fmt::Debug for Somebody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Somebody").field("traces", &self.traces).finish_non_exhaustive()
    }
}

/// What there is of one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub category: CategoryKey,
    /// Whether it was not erased.
    pub unerased: Left,
    /// Whether it was neither erased nor anonymized.
    pub unmasked: Left,
}

/// Whether something is left as it was. What a random value stands in cannot be told from what was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    No,
    Perhaps,
    Certainly,
}

/// Which of a table's people are asked for. Their keys may be addresses, so this does not print.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "its keys may be e-mail addresses")]
pub enum Whose<'a> {
    /// The first, or those after this one.
    After(Option<&'a str>),
    /// These, however the letters of an address are written.
    Among(&'a [String]),
}

impl Database {
    /// Whom the table at this place of the mapping holds something of that is still to be erased one day: at most
    /// `limit` of them.
    pub async fn subjects(&self, table: usize, whose: Whose<'_>, limit: u32) -> Result<Page, Failure> {
        let Some(mapping) = self.settings.tables.get(table) else {
            return Err(lasting("There is no such table in the mapping."));
        };
        let schema = self.schema().await?;
        let mut work = self.begin(Purpose::Reading).await?;
        let categories =
            mapping.columns.iter().map(|mapped| mapped.category.clone()).collect::<BTreeSet<_>>();
        let statement = statement(self.engine(), mapping, &schema, &categories, whose, limit)?;
        let rows = work.rows(statement).await?;
        work.roll_back().await;
        let mut subjects = rows.iter().map(|row| subject(row, &categories)).collect::<Vec<_>>();
        let more = subjects.len() > limit as usize;
        subjects.truncate(limit as usize);
        Ok(Page { subjects, more })
    }
}

fn subject(row: &Texts, categories: &BTreeSet<CategoryKey>) -> Somebody {
    let left = |at| match text(row, at) {
        "2" => Left::Certainly,
        "1" => Left::Perhaps,
        _ => Left::No,
    };
    let trace = |(at, category): (usize, &CategoryKey)| Trace {
        category: category.clone(),
        unerased: left(1 + 2 * at),
        unmasked: left(2 + 2 * at),
    };
    let traces = categories.iter().enumerate().map(trace);
    Somebody { key: text(row, 0).to_owned(), traces: traces.filter(|one| one.unerased > Left::No).collect() }
}

/// One row for each key: itself, and two numbers for each category.
fn statement(
    engine: Engine,
    mapping: &SqlTable,
    schema: &BTreeMap<String, Table>,
    categories: &BTreeSet<CategoryKey>,
    whose: Whose<'_>,
    limit: u32,
) -> Result<Statement, Failure> {
    let subject = plan::subject(mapping, schema)?;
    let columns = columns(mapping, schema)?;
    let mut sql = Statement::new(engine);
    let numbers = || 0..2 * categories.len() as u64;
    sql.sql("SELECT CAST(k").as_text();
    for at in numbers() {
        sql.sql(", CAST(n").number(at).as_text();
    }
    sql.sql(" FROM (SELECT k");
    for at in numbers() {
        sql.sql(", max(n").number(at).sql(") AS n").number(at);
    }
    sql.sql(" FROM (SELECT ");
    in_its_order(&mut sql, subject);
    sql.sql(" AS k");
    for (at, category) in (0_u64..).zip(categories) {
        let theirs = || columns.iter().filter(|(_, mapped)| mapped.category == *category);
        let certain = |mask: fn(&SqlColumn) -> MaskMethod| {
            theirs().filter(move |(_, mapped)| mask(mapped) != MaskMethod::Random).collect::<Vec<_>>()
        };
        sql.sql(", CASE WHEN ");
        reached(&mut sql, mapping, &certain(|mapped| mapped.erase.method), unerased);
        sql.sql(" THEN 2 WHEN ");
        reached(&mut sql, mapping, &theirs().collect::<Vec<_>>(), unerased);
        sql.sql(" THEN 1 ELSE 0 END AS n").number(2 * at).sql(", CASE WHEN ");
        reached(&mut sql, mapping, &certain(|mapped| mapped.anonymize.method), unmasked);
        sql.sql(" THEN 2 WHEN ");
        reached(&mut sql, mapping, &theirs().collect::<Vec<_>>(), unmasked);
        sql.sql(" THEN 1 ELSE 0 END AS n").number(2 * at + 1);
    }
    let at_end = mapping.joins.last().map_or(&mapping.table, |join| &join.to_table);
    sql.sql(" FROM ").table(at_end).sql(" WHERE ").name(&subject.name).sql(" IS NOT NULL AND ");
    reached(&mut sql, mapping, &columns.iter().collect::<Vec<_>>(), unerased);
    these(&mut sql, mapping, subject, whose);
    sql.sql(") AS found GROUP BY k ORDER BY k LIMIT ").number(u64::from(limit) + 1);
    sql.sql(") AS page ORDER BY k");
    Ok(sql)
}

fn these(sql: &mut Statement, mapping: &SqlTable, subject: &Column, whose: Whose<'_>) {
    match whose {
        Whose::After(None) => {}
        Whose::After(Some(after)) => {
            sql.sql(" AND ");
            in_its_order(sql, subject);
            sql.sql(" > ");
            value::of_type(sql, subject, after);
        }
        Whose::Among([]) => {
            sql.sql(" AND 1 = 0");
        }
        Whose::Among(keys) => {
            sql.sql(" AND (");
            sql.list(keys, " OR ", |sql, key| match mapping.subject_key {
                SubjectKeyKind::Email => value::equals_email(sql, subject, key),
                _ => value::equals(sql, subject, key),
            });
            sql.sql(")");
        }
    }
}

/// The column as it is, so that an index serves the order; but bytes as text, and on MySQL letter by letter, where `K-1`
/// may be `k-1`.
fn in_its_order(sql: &mut Statement, column: &Column) {
    match (sql.engine(), column.class) {
        (Engine::Sqlite | Engine::MySql, Class::Binary) | (Engine::MySql, Class::Text) => {
            value::as_text(sql, column);
        }
        _ => {
            sql.name(&column.name);
        }
    }
}

type Mapped<'a> = (&'a Column, &'a SqlColumn);

/// The columns of the mapping, as they are.
fn columns<'a>(
    mapping: &'a SqlTable,
    schema: &'a BTreeMap<String, Table>,
) -> Result<Vec<Mapped<'a>>, Failure> {
    let table = schema.get(&mapping.table);
    if table.is_some_and(|table| table.hides_rows) {
        let table = &mapping.table;
        return Err(lasting(format!("`{table}`: policies hide rows, so what is not found may be there.")));
    }
    let column = |mapped: &'a SqlColumn| {
        let column = table.and_then(|table| table.column(&mapped.column));
        let missing = || lasting(format!("`{}` has no column `{}`.", mapping.table, mapped.column));
        Ok((column.ok_or_else(missing)?, mapped))
    };
    mapping.columns.iter().map(column).collect()
}

fn unerased(sql: &mut Statement, (column, mapped): &Mapped<'_>) {
    masked::pending(sql, column, &mapped.erase);
}

fn unmasked(sql: &mut Statement, (column, mapped): &Mapped<'_>) {
    sql.sql("(");
    masked::pending(sql, column, &mapped.erase);
    sql.sql(" AND ");
    masked::pending(sql, column, &mapped.anonymize);
    sql.sql(")");
}

/// Whether a row at the end of the way is reached from a row of the table in which this is true of one of these columns.
fn reached(
    sql: &mut Statement,
    mapping: &SqlTable,
    columns: &[&Mapped<'_>],
    is_so: fn(&mut Statement, &Mapped<'_>),
) {
    if columns.is_empty() {
        sql.sql("1 = 0");
        return;
    }
    let from = |at: usize| at.checked_sub(1).map_or(&mapping.table, |before| &mapping.joins[before].to_table);
    for (at, step) in mapping.joins.iter().enumerate().rev() {
        sql.name(&step.to_column).sql(" IN (SELECT ").name(&step.from_column).sql(" FROM ").table(from(at));
        sql.sql(" WHERE ");
    }
    sql.sql("(").list(columns, " OR ", |sql, column| is_so(sql, column)).sql(")");
    for _ in &mapping.joins {
        sql.sql(")");
    }
}

//! What a database says of itself, for somebody who is to map it: tables, columns, keys, and how many of some values are in
//! a form that is known. No value leaves this file but to the one function that judges it.

use super::{
    super::Failure,
    database::{Database, Purpose},
    schema::{self, Class, Column, Table, text},
    statement::{Engine, Statement},
    value,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many tables are described at a time.
pub const MOST_TABLES: usize = 40;

/// So many columns of each.
pub const MOST_COLUMNS: usize = 60;

/// So many rows of a table are looked at, at the most.
const ROWS: u64 = 200;

/// So many first characters of a value: nothing that is known is longer.
const CHARACTERS: u64 = 320;

/// So many forms a value is tried for.
pub const FORMS: usize = 3;

/// Says of a value which forms it is in.
pub type Judge<'a> = &'a (dyn Fn(&str) -> [bool; FORMS] + Sync);

/// What a database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// In the order in which rows may be deleted: what refers to others comes before them.
    pub tables: Vec<DescribedTable>,
    /// Whether there are tables that were left out.
    pub more: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedTable {
    /// As a mapping calls it.
    pub name: String,
    pub primary_key: Vec<String>,
    /// Those of the described tables that its foreign keys refer to.
    pub refers_to: Vec<String>,
    pub columns: Vec<DescribedColumn>,
    /// Whether there are columns that were left out.
    pub more_columns: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedColumn {
    pub name: String,
    pub holds: Holds,
    pub nullable: bool,
    pub unique: bool,
    /// How many values were looked at; none where they are no text, or may not be read.
    pub looked_at: Option<u32>,
    /// How many of them were in each form.
    pub valid: [u32; FORMS],
}

/// What sort of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    Integer,
    Uuid,
    Date,
    Number,
    Binary,
    Document,
    Other,
}

impl Database {
    /// What it says of itself; of these tables, or of as many as are described at a time.
    pub async fn describe(&self, only: Option<&[String]>, judge: Judge<'_>) -> Result<Described, Failure> {
        let mut work = self.begin(Purpose::Reading).await?;
        let mut names = if let Some(only) = only {
            only.to_vec()
        } else {
            let listed = work.rows(listing(self.engine())).await?;
            listed.iter().map(|row| text(row, 0).to_owned()).collect()
        };
        let more = names.len() > MOST_TABLES;
        names.truncate(MOST_TABLES);
        let found = schema::read(&mut work, &names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        work.roll_back().await;
        let mut tables = Vec::with_capacity(found.len());
        for name in children_first(&found) {
            tables.push(self.table(&name, &found, judge).await);
        }
        Ok(Described { tables, more })
    }

    async fn table(&self, name: &str, all: &BTreeMap<String, Table>, judge: Judge<'_>) -> DescribedTable {
        let table = &all[name];
        let columns = table.columns.iter().take(MOST_COLUMNS).collect::<Vec<_>>();
        let texts = columns.iter().copied().filter(|column| column.class == Class::Text).collect::<Vec<_>>();
        // What may not be read is described all the same.
        let counted = self.sample(name, &texts, judge).await.unwrap_or_default();
        let described = columns.iter().map(|column| {
            let counts = counted.get(column.name.as_str());
            DescribedColumn {
                name: column.name.clone(),
                holds: holds(column.class),
                nullable: column.nullable,
                unique: column.unique,
                looked_at: counts.map(|(looked_at, _)| *looked_at),
                valid: counts.map(|(_, valid)| *valid).unwrap_or_default(),
            }
        });
        DescribedTable {
            name: name.to_owned(),
            primary_key: table.primary_key.clone(),
            refers_to: refers_to(name, all).into_iter().collect(),
            columns: described.collect(),
            more_columns: table.columns.len() > MOST_COLUMNS,
        }
    }

    /// How many values of these columns there are among some rows, and how many are in each form.
    async fn sample<'a>(
        &self,
        table: &str,
        columns: &[&'a Column],
        judge: Judge<'_>,
    ) -> Result<BTreeMap<&'a str, (u32, [u32; FORMS])>, Failure> {
        if columns.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Statement::new(self.engine());
        sql.sql("SELECT ").list(columns, ", ", |sql, column| {
            sql.sql("substr(");
            value::as_text(sql, column);
            sql.sql(", 1, ").number(CHARACTERS).sql(")");
        });
        sql.sql(" FROM ").table(table).sql(" LIMIT ").number(ROWS);
        let mut work = self.begin(Purpose::Reading).await?;
        let rows = work.rows(sql).await?;
        work.roll_back().await;
        let mut counted = BTreeMap::new();
        for (at, column) in columns.iter().enumerate() {
            let values = rows.iter().filter_map(|row| row.get(at)?.as_deref()).map(str::trim);
            let (mut looked_at, mut valid) = (0, [0; FORMS]);
            for value in values.filter(|value| !value.is_empty()) {
                looked_at += 1;
                for (count, is_so) in valid.iter_mut().zip(judge(value)) {
                    *count += u32::from(is_so);
                }
            }
            counted.insert(column.name.as_str(), (looked_at, valid));
        }
        Ok(counted)
    }
}

const fn holds(class: Class) -> Holds {
    match class {
        Class::Text => Holds::Text,
        Class::Integer => Holds::Integer,
        Class::Uuid => Holds::Uuid,
        Class::Date => Holds::Date,
        Class::Number => Holds::Number,
        Class::Binary => Holds::Binary,
        Class::Document => Holds::Document,
        Class::Other => Holds::Other,
    }
}

/// The names of the tables that there are, one more than are described. What a mapping could not name is left out.
fn listing(engine: Engine) -> Statement {
    let mut sql = Statement::new(engine);
    sql.sql(match engine {
        Engine::Postgres => {
            "SELECT CAST(CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END \
             AS text) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%' \
             AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE') \
             AND has_any_column_privilege(c.oid, 'SELECT') AND strpos(n.nspname || c.relname, '.') = 0"
        }
        Engine::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND instr(name, '.') = 0"
        }
        Engine::MySql => {
            "SELECT CAST(t.table_name AS CHAR) FROM information_schema.tables t WHERE t.table_schema = DATABASE() \
             AND t.table_type = 'BASE TABLE' AND locate('.', t.table_name) = 0"
        }
    });
    sql.sql(" ORDER BY 1 LIMIT ").number(MOST_TABLES as u64 + 1);
    sql
}

/// The other tables that a table's foreign keys refer to.
fn refers_to(name: &str, all: &BTreeMap<String, Table>) -> BTreeSet<String> {
    let others = all.iter().filter(|(other, _)| *other != name);
    let referred =
        others.filter(|(_, table)| table.referred_by.iter().any(|reference| reference.table == name));
    referred.map(|(other, _)| other.clone()).collect()
}

/// Those that refer to others before them, as far as there is such an order.
fn children_first(all: &BTreeMap<String, Table>) -> Vec<String> {
    let mut left = all.keys().cloned().collect::<BTreeSet<_>>();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let referred = left.iter().flat_map(|name| refers_to(name, all)).collect::<BTreeSet<_>>();
        // In a circle there is no first one.
        let next = left.iter().find(|name| !referred.contains(*name)).or_else(|| left.first()).cloned();
        let Some(next) = next else { break };
        left.remove(&next);
        order.push(next);
    }
    order
}

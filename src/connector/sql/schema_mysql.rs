//! The information schema of MySQL and MariaDB.

use super::{
    super::Failure,
    schema::{Class, Column, OnDelete, Reference, Table, text},
    statement::{Declared, Engine, Statement, split},
    work::{Texts, Work},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn read(work: &mut Work, names: &[&str]) -> Result<BTreeMap<String, Table>, Failure> {
    let mut tables = BTreeMap::new();
    for name in names {
        let rows = columns(work, name).await?;
        if rows.is_empty() {
            continue;
        }
        let unique = unique(work, name).await?;
        let tells = telling(work, name).await?;
        let id = format!("{}.{}", text(&rows[0], 3), text(&rows[0], 4));
        let columns = rows.iter().map(|row| column(row, &unique, &tells)).collect();
        let primary_key = primary_key(work, name).await?;
        let referred_by = referring(work, name).await?.iter().map(|row| reference(row, names)).collect();
        tables.insert((*name).to_owned(), Table { id, columns, primary_key, referred_by, hides_rows: false });
    }
    Ok(tables)
}

/// Where a name is looked up: in the schema that it names, or the one that we are connected to.
fn of_table(statement: &mut Statement, name: &str, schema_is: &'static str, table_is: &'static str) {
    let (schema, table) = split(name);
    statement.sql(schema_is);
    match schema {
        Some(schema) => statement.text(schema),
        None => statement.sql("DATABASE()"),
    };
    statement.sql(table_is).text(table);
}

/// Name, type, whether it may be NULL, of which table, and the type with its length.
async fn columns(work: &mut Work, name: &str) -> Result<Vec<Texts>, Failure> {
    let mut statement = Statement::new(Engine::MySql);
    statement.sql(
        "SELECT CAST(c.column_name AS CHAR), CAST(c.data_type AS CHAR), CAST(c.is_nullable AS CHAR), \
         CAST(t.table_schema AS CHAR), CAST(t.table_name AS CHAR), CAST(c.column_type AS CHAR) \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'",
    );
    of_table(&mut statement, name, " WHERE c.table_schema = ", " AND c.table_name = ");
    statement.sql(" ORDER BY c.ordinal_position");
    work.rows(statement).await
}

fn column(row: &Texts, unique: &BTreeSet<String>, tells: &BTreeSet<String>) -> Column {
    Column {
        name: text(row, 0).to_owned(),
        declared: Declared::by_catalogue(String::new()),
        class: class(text(row, 1)),
        is_bare: is_bare(row),
        nullable: text(row, 2) == "YES",
        unique: unique.contains(text(row, 0)),
        tells: tells.contains(text(row, 0)),
    }
}

/// MySQL has no type for UUIDs, and these two are what they are kept in.
fn is_bare(row: &Texts) -> bool {
    let whole = text(row, 5).to_ascii_lowercase();
    matches!(class(text(row, 1)), Class::Integer | Class::Uuid)
        || matches!(whole.as_str(), "char(36)" | "binary(16)")
}

fn class(data_type: &str) -> Class {
    match data_type.to_ascii_lowercase().as_str() {
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Class::Text,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Class::Integer,
        "uuid" => Class::Uuid,
        "date" | "datetime" | "timestamp" => Class::Date,
        "decimal" | "float" | "double" => Class::Number,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Class::Binary,
        "json" => Class::Document,
        _ => Class::Other,
    }
}

/// The columns that alone make up a unique index.
async fn unique(work: &mut Work, name: &str) -> Result<BTreeSet<String>, Failure> {
    let mut statement = Statement::new(Engine::MySql);
    statement
        .sql("SELECT CAST(max(column_name) AS CHAR) FROM information_schema.statistics WHERE non_unique = 0");
    of_table(&mut statement, name, " AND table_schema = ", " AND table_name = ");
    statement.sql(" GROUP BY index_name HAVING count(*) = 1");
    Ok(work.rows(statement).await?.iter().map(|row| text(row, 0).to_owned()).collect())
}

/// The columns that have a part in a unique index.
async fn telling(work: &mut Work, name: &str) -> Result<BTreeSet<String>, Failure> {
    let mut statement = Statement::new(Engine::MySql);
    statement.sql(
        "SELECT DISTINCT CAST(column_name AS CHAR) FROM information_schema.statistics WHERE non_unique = 0",
    );
    of_table(&mut statement, name, " AND table_schema = ", " AND table_name = ");
    Ok(work.rows(statement).await?.iter().map(|row| text(row, 0).to_owned()).collect())
}

async fn primary_key(work: &mut Work, name: &str) -> Result<Vec<String>, Failure> {
    let mut statement = Statement::new(Engine::MySql);
    statement.sql(
        "SELECT CAST(column_name AS CHAR) FROM information_schema.statistics WHERE index_name = 'PRIMARY'",
    );
    of_table(&mut statement, name, " AND table_schema = ", " AND table_name = ");
    statement.sql(" ORDER BY seq_in_index");
    Ok(work.rows(statement).await?.iter().map(|row| text(row, 0).to_owned()).collect())
}

/// Who refers to the table, and what happens when a row of it is deleted.
async fn referring(work: &mut Work, name: &str) -> Result<Vec<Texts>, Failure> {
    let mut statement = Statement::new(Engine::MySql);
    statement.sql(
        "SELECT DISTINCT CAST(k.table_name AS CHAR), CAST(r.delete_rule AS CHAR) \
         FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r \
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name \
         AND r.table_name = k.table_name",
    );
    of_table(&mut statement, name, " WHERE k.referenced_table_schema = ", " AND k.referenced_table_name = ");
    statement.sql(" ORDER BY 1");
    work.rows(statement).await
}

fn reference(row: &Texts, names: &[&str]) -> Reference {
    let called = names.iter().find(|name| split(name).1 == text(row, 0));
    Reference {
        table: called.map_or_else(|| text(row, 0).to_owned(), |name| (*name).to_owned()),
        on_delete: match text(row, 1) {
            "CASCADE" => OnDelete::Cascade,
            "SET NULL" | "SET DEFAULT" => OnDelete::Forget,
            _ => OnDelete::Refuse,
        },
    }
}

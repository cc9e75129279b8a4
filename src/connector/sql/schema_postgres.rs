//! PostgreSQL's catalogue.

use super::{
    super::Failure,
    schema::{Class, Column, OnDelete, Reference, Table, text},
    statement::{Bind, Declared, Engine, Statement, quoted, split},
    work::{Texts, Work},
};
use std::collections::BTreeMap;

pub(super) async fn read(work: &mut Work, names: &[&str]) -> Result<BTreeMap<String, Table>, Failure> {
    let mut ids = BTreeMap::<&str, String>::new();
    for name in names {
        if let Some(id) = id(work, name).await? {
            ids.insert(name, id);
        }
    }
    let mut tables = BTreeMap::new();
    for (name, id) in &ids {
        let columns = columns(work, id).await?;
        let primary_key = primary_key(work, id).await?;
        let called =
            |other: &str| ids.iter().find(|(_, id)| *id == other).map(|(name, _)| (*name).to_owned());
        let hides_rows = hides_rows(work, id).await?;
        let referring = referring(work, id).await?;
        let referred_by = referring.iter().map(|row| reference(row, called(text(row, 0)))).collect();
        tables.insert(
            (*name).to_owned(),
            Table { id: id.clone(), columns, primary_key, referred_by, hides_rows },
        );
    }
    Ok(tables)
}

/// The table's number in the catalogue; none when there is no such table, or no such schema.
async fn id(work: &mut Work, name: &str) -> Result<Option<String>, Failure> {
    let (schema, table) = split(name);
    let written = schema.map_or_else(
        || quoted(Engine::Postgres, table),
        |schema| format!("{}.{}", quoted(Engine::Postgres, schema), quoted(Engine::Postgres, table)),
    );
    let mut statement = Statement::new(Engine::Postgres);
    statement
        .sql("SELECT CAST(c.oid AS text) FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(")
        .bind(Bind::Text(written))
        .sql(") AND c.relkind IN ('r', 'p')");
    Ok(work.rows(statement).await?.first().map(|row| text(row, 0).to_owned()))
}

async fn columns(work: &mut Work, id: &str) -> Result<Vec<Column>, Failure> {
    let mut statement = Statement::new(Engine::Postgres);
    statement
        .sql(
            "SELECT CAST(a.attname AS text), pg_catalog.format_type(a.atttypid, -1), \
             CAST(COALESCE(base.typname, own.typname) AS text), CAST(NOT a.attnotnull AS text), \
             CAST(EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique \
             AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indkey[0] = a.attnum) AS text), \
             CAST(EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique \
             AND (a.attnum = ANY ((CAST(i.indkey AS int2[]))[0:i.indnkeyatts - 1]) \
             OR i.indexprs IS NOT NULL AND EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
             WHERE d.classid = CAST('pg_catalog.pg_class' AS regclass) AND d.objid = i.indexrelid \
             AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum))) AS text) \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type own ON own.oid = a.atttypid \
             LEFT JOIN pg_catalog.pg_type base ON base.oid = own.typbasetype \
             WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = CAST(",
        )
        .text(id)
        .sql(" AS oid) ORDER BY a.attnum");
    Ok(work.rows(statement).await?.iter().map(column).collect())
}

fn column(row: &Texts) -> Column {
    Column {
        name: text(row, 0).to_owned(),
        declared: Declared::by_catalogue(text(row, 1).to_owned()),
        class: class(text(row, 2)),
        is_bare: matches!(class(text(row, 2)), Class::Integer | Class::Uuid),
        nullable: text(row, 3) == "true",
        unique: text(row, 4) == "true",
        tells: text(row, 5) == "true",
    }
}

fn class(name: &str) -> Class {
    match name {
        "text" | "varchar" | "bpchar" | "citext" | "name" => Class::Text,
        "int2" | "int4" | "int8" => Class::Integer,
        "uuid" => Class::Uuid,
        "date" | "timestamp" | "timestamptz" => Class::Date,
        "numeric" | "float4" | "float8" => Class::Number,
        "bytea" => Class::Binary,
        "json" | "jsonb" | "xml" | "point" | "polygon" => Class::Document,
        _ => Class::Other,
    }
}

async fn primary_key(work: &mut Work, id: &str) -> Result<Vec<String>, Failure> {
    let mut statement = Statement::new(Engine::Postgres);
    statement
        .sql(
            "SELECT CAST(a.attname AS text) FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
             WHERE i.indisprimary AND i.indrelid = CAST(",
        )
        .text(id)
        .sql(" AS oid) ORDER BY array_position(CAST(i.indkey AS int2[]), a.attnum)");
    Ok(work.rows(statement).await?.iter().map(|row| text(row, 0).to_owned()).collect())
}

async fn hides_rows(work: &mut Work, id: &str) -> Result<bool, Failure> {
    let mut statement = Statement::new(Engine::Postgres);
    statement.sql("SELECT CAST(row_security_active(CAST(").text(id).sql(" AS oid)) AS text)");
    Ok(work.rows(statement).await?.first().is_some_and(|row| text(row, 0) == "true"))
}

async fn referring(work: &mut Work, id: &str) -> Result<Vec<Texts>, Failure> {
    let mut statement = Statement::new(Engine::Postgres);
    statement
        .sql(
            "SELECT CAST(k.conrelid AS text), CAST(CAST(k.conrelid AS regclass) AS text), \
             CAST(k.confdeltype AS text) FROM pg_catalog.pg_constraint k \
             WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = CAST(",
        )
        .text(id)
        .sql(" AS oid) ORDER BY 2");
    work.rows(statement).await
}

fn reference(row: &Texts, called: Option<String>) -> Reference {
    Reference {
        table: called.unwrap_or_else(|| text(row, 1).to_owned()),
        on_delete: match text(row, 2) {
            "c" => OnDelete::Cascade,
            "n" | "d" => OnDelete::Forget,
            _ => OnDelete::Refuse,
        },
    }
}

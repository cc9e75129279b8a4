//! What SQLite says of its tables. A column's declared type is only a leaning there: see "Type Affinity" in its manual.

use super::{
    super::Failure,
    schema::{Class, Column, OnDelete, Reference, Table, text},
    statement::{Declared, Engine, Statement, split},
    work::{Texts, Work},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) async fn read(work: &mut Work, names: &[&str]) -> Result<BTreeMap<String, Table>, Failure> {
    let foreign_keys = foreign_keys(work).await?;
    let mut tables = BTreeMap::new();
    for name in names {
        let rows = columns(work, name).await?;
        if rows.is_empty() {
            continue;
        }
        let unique = unique(work, name).await?;
        let referred_by = foreign_keys.iter().filter(|row| text(row, 1).eq_ignore_ascii_case(split(name).1));
        let referred_by = referred_by.map(|row| reference(row, names)).collect();
        let primary_key = primary_key(&rows);
        let tells = telling(work, name).await?;
        let columns = rows.iter().map(|row| column(row, &primary_key, (&unique, &tells))).collect();
        let (schema, table) = split(name);
        let id = format!("{}.{table}", schema.unwrap_or("main")).to_ascii_lowercase();
        tables.insert((*name).to_owned(), Table { id, columns, primary_key, referred_by, hides_rows: false });
    }
    Ok(tables)
}

/// Name, type, NOT NULL, and the place in the primary key.
async fn columns(work: &mut Work, name: &str) -> Result<Vec<Texts>, Failure> {
    let (schema, table) = split(name);
    let mut statement = Statement::new(Engine::Sqlite);
    statement
        .sql("SELECT name, type, CAST(\"notnull\" AS TEXT), CAST(pk AS TEXT) FROM pragma_table_xinfo(")
        .text(table)
        .sql(", ")
        .text(schema.unwrap_or("main"))
        .sql(") ORDER BY cid");
    work.rows(statement).await
}

fn primary_key(columns: &[Texts]) -> Vec<String> {
    let place = |row: &Texts| text(row, 3).parse::<u32>().unwrap_or_default();
    let mut keys = columns.iter().filter(|row| place(row) > 0).collect::<Vec<_>>();
    keys.sort_by_key(|row| place(row));
    keys.into_iter().map(|row| text(row, 0).to_owned()).collect()
}

fn column(
    row: &Texts,
    primary_key: &[String],
    (unique, tells): (&BTreeSet<String>, &BTreeSet<String>),
) -> Column {
    let name = text(row, 0).to_owned();
    Column {
        class: class(text(row, 1)),
        is_bare: is_bare(text(row, 1)),
        declared: Declared::by_catalogue(String::new()),
        nullable: text(row, 2) == "0" && text(row, 3) == "0",
        unique: unique.contains(&name) || *primary_key == [name.clone()],
        tells: tells.contains(&name) || primary_key.contains(&name),
        name,
    }
}

/// The rules of SQLite's affinities, in their order; a day or a time leans towards numbers there and is text as a rule.
fn class(declared: &str) -> Class {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["INT"]) {
        Class::Integer
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Class::Text
    } else if has(&["DATE", "TIME"]) {
        Class::Date
    } else if declared.is_empty() || has(&["BLOB"]) {
        Class::Binary
    } else if has(&["REAL", "FLOA", "DOUB", "NUM", "DEC"]) {
        Class::Number
    } else {
        Class::Other
    }
}

/// SQLite has no type for UUIDs, and these are what they are kept in.
fn is_bare(declared: &str) -> bool {
    let whole = declared.to_ascii_uppercase();
    class(declared) == Class::Integer
        || matches!(whole.as_str(), "UUID" | "UUID_TEXT" | "CHAR(36)" | "BINARY(16)")
}

/// The columns that alone make up a unique index.
async fn unique(work: &mut Work, name: &str) -> Result<BTreeSet<String>, Failure> {
    let (schema, table) = split(name);
    let schema = schema.unwrap_or("main");
    let mut statement = Statement::new(Engine::Sqlite);
    statement
        .sql("SELECT max(c.name) FROM pragma_index_list(")
        .text(table)
        .sql(", ")
        .text(schema)
        .sql(") i, pragma_index_info(i.name, ")
        .text(schema)
        .sql(") c WHERE i.\"unique\" = 1 AND i.partial = 0 GROUP BY i.name HAVING count(*) = 1");
    Ok(work.rows(statement).await?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// The columns that have a part in a unique index. One of an expression may be about every column that its text names.
async fn telling(work: &mut Work, name: &str) -> Result<BTreeSet<String>, Failure> {
    let (schema, table) = split(name);
    let schema = schema.unwrap_or("main");
    let mut statement = Statement::new(Engine::Sqlite);
    statement.sql("SELECT DISTINCT x.name FROM pragma_table_xinfo(").text(table).sql(", ").text(schema);
    statement.sql(") x, pragma_index_list(").text(table).sql(", ").text(schema);
    statement.sql(") i, pragma_index_info(i.name, ").text(schema).sql(
        ") c WHERE i.\"unique\" = 1 AND (c.name = x.name OR c.cid = -2 AND EXISTS (SELECT 1 FROM sqlite_schema s \
         WHERE s.type = 'index' AND s.name = i.name AND instr(lower(s.sql), lower(x.name)) > 0))",
    );
    Ok(work.rows(statement).await?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// Who refers, to whom, and what happens when that is deleted.
async fn foreign_keys(work: &mut Work) -> Result<Vec<Texts>, Failure> {
    let mut statement = Statement::new(Engine::Sqlite);
    statement.sql(
        "SELECT DISTINCT t.name, f.\"table\", f.on_delete FROM sqlite_schema t, pragma_foreign_key_list(t.name) f \
         WHERE t.type = 'table' ORDER BY 1, 2",
    );
    work.rows(statement).await
}

fn reference(row: &Texts, names: &[&str]) -> Reference {
    let called = names.iter().find(|name| split(name).1.eq_ignore_ascii_case(text(row, 0)));
    Reference {
        table: called.map_or_else(|| text(row, 0).to_owned(), |name| (*name).to_owned()),
        on_delete: match text(row, 2) {
            "CASCADE" => OnDelete::Cascade,
            "SET NULL" | "SET DEFAULT" => OnDelete::Forget,
            _ => OnDelete::Refuse,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_lean_as_sqlites_manual_says() {
        for (declared, leaning) in [
            ("BIGINT", Class::Integer),
            ("varchar(20)", Class::Text),
            ("uuid_text", Class::Text),
            ("DATETIME", Class::Date),
            ("", Class::Binary),
            ("DECIMAL(10,2)", Class::Number),
            ("BOOLEAN", Class::Other),
        ] {
            assert_eq!(class(declared), leaning, "{declared}");
        }
    }
}

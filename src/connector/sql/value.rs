//! Values of columns as text, and back: whatever its type, a value that was read finds its row again.

use super::{
    schema::{Class, Column},
    statement::{Bind, Engine, Statement},
};
use uuid::Uuid;

/// Reads `column` as text.
pub(super) fn read(sql: &mut Statement, column: &Column) {
    if (sql.engine(), column.class) == (Engine::Sqlite, Class::Binary) {
        // Such a column holds what it was given, so the text says which it was.
        sql.sql("CASE typeof(")
            .name(&column.name)
            .sql(") WHEN 'null' THEN NULL WHEN 'blob' THEN 'x' || hex(");
        sql.name(&column.name).sql(") ELSE 't' || CAST(").name(&column.name).sql(" AS TEXT) END");
    } else {
        as_text(sql, column);
    }
}

/// As the database itself writes it, and compared letter by letter.
pub(super) fn as_text(sql: &mut Statement, column: &Column) {
    match (sql.engine(), column.class) {
        (Engine::MySql, Class::Binary) => sql.sql("hex(").name(&column.name).sql(")"),
        _ => sql.sql("CAST(").name(&column.name).as_text(),
    };
}

/// Whether `column` holds what was read as `text`. An index on the column can be used.
pub(super) fn is(sql: &mut Statement, column: &Column, text: &str) {
    let hex = match (sql.engine(), column.class) {
        (Engine::Sqlite, Class::Binary) => text.strip_prefix('x'),
        (Engine::MySql, Class::Binary) => Some(text),
        _ => {
            sql.name(&column.name).sql(" = ");
            of_type(sql, column, text);
            return;
        }
    };
    if let Some(bytes) = hex.and_then(|hex| hex::decode(hex).ok()) {
        sql.name(&column.name).sql(" = ").bind(Bind::Bytes(bytes));
    } else {
        as_text(sql, column);
        sql.sql(" = ").text(text.get(1..).unwrap_or_default());
    }
}

/// A value of the column's own type. Where nothing is cast, the database turns a text into that by itself.
pub(super) fn of_type(sql: &mut Statement, column: &Column, text: &str) {
    match (sql.engine(), column.class) {
        (Engine::Postgres, _) => sql.sql("CAST(").text(text).sql(" AS ").declared(&column.declared).sql(")"),
        // It would compare a number and a text as floating point, in which large numbers are alike.
        (Engine::MySql, Class::Integer) if text.parse::<i64>().is_ok() => {
            sql.sql("CAST(").text(text).sql(" AS SIGNED)")
        }
        (Engine::MySql, Class::Integer) => sql.sql("CAST(").text(text).sql(" AS UNSIGNED)"),
        _ => sql.text(text),
    };
}

/// Whether `column` holds `value`, which comes from elsewhere and may be of another type altogether: then it does not.
/// Numbers are compared as they are written, so that `012` is not 12.
pub(super) fn equals(sql: &mut Statement, column: &Column, value: &str) {
    let whole = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    let uuid = Uuid::parse_str(value).ok();
    match (sql.engine(), column.class) {
        (Engine::Postgres, Class::Integer) if whole => {
            // Wider than the column may be: a number that does not fit into it must not be an error.
            sql.name(&column.name).sql(" = CAST(").text(value).sql(" AS bigint)");
        }
        (_, Class::Integer) if whole => is(sql, column, value),
        (_, Class::Uuid) if uuid.is_some() => is(sql, column, value),
        (Engine::Postgres | Engine::MySql, Class::Integer | Class::Uuid) => {
            sql.sql("1 = 0");
        }
        (Engine::Postgres | Engine::Sqlite, Class::Text) => is(sql, column, value),
        // First by the column's own rules and its index, in which `å` may be `a`; then letter by letter.
        (Engine::MySql, Class::Text) => {
            sql.sql("(").name(&column.name).sql(" = ").text(value).sql(" AND ");
            as_text(sql, column);
            sql.sql(" = ").text(value).sql(")");
        }
        (Engine::Sqlite | Engine::MySql, Class::Binary) => equals_bytes(sql, column, value, uuid),
        _ => {
            as_text(sql, column);
            sql.sql(" = ").text(value);
        }
    }
}

/// A column of bytes holds a text as it is, or a UUID as its sixteen bytes.
fn equals_bytes(sql: &mut Statement, column: &Column, value: &str, uuid: Option<Uuid>) {
    sql.sql("(");
    if sql.engine() == Engine::MySql {
        sql.name(&column.name).sql(" = ").bind(Bind::Bytes(value.as_bytes().to_vec()));
    } else {
        as_text(sql, column);
        sql.sql(" = ").text(value);
    }
    if let Some(uuid) = uuid {
        sql.sql(" OR ").name(&column.name).sql(" = ").bind(Bind::Bytes(uuid.as_bytes().to_vec()));
    }
    sql.sql(")");
}

/// Whether `column` holds this e-mail address, however its letters are written. On PostgreSQL and SQLite an
/// index on `lower(column)` can be used.
pub(super) fn equals_email(sql: &mut Statement, column: &Column, value: &str) {
    sql.sql("lower(");
    match (sql.engine(), column.class) {
        (Engine::Postgres | Engine::Sqlite, Class::Text) => {
            sql.name(&column.name);
        }
        _ => as_text(sql, column),
    }
    // SQLite knows no letters but those of ASCII.
    let lower =
        if sql.engine() == Engine::Sqlite { value.to_ascii_lowercase() } else { value.to_lowercase() };
    sql.sql(") = ").text(&lower);
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_come_back() {
        assert_eq!(hex::decode("00FF7a").ok(), Some(vec![0, 255, 122]));
        assert_eq!(hex::decode("0").ok(), None);
        assert_eq!(hex::decode("åå").ok(), None);
    }
}

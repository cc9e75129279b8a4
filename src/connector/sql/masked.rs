//! Masks as SQL: what a value becomes, and whether it still has to. All but `RANDOM` leave what they made as it is, so a
//! second run finds nothing to do; `RANDOM` is worked out in `random.rs`, and doing it again does no harm.

use super::{
    fitness::{self, Kept},
    schema::{Class, Column},
    statement::{Engine, Statement},
    value,
};
use entity::{connector::Mask, enums::MaskMethod};

/// Whether what is in `column` still has to be masked.
pub(super) fn pending(sql: &mut Statement, column: &Column, mask: &Mask) {
    match mask.method {
        MaskMethod::Delete | MaskMethod::Null | MaskMethod::Random | MaskMethod::Hash => {
            sql.name(&column.name).sql(" IS NOT NULL");
        }
        _ => {
            sql.sql("(").name(&column.name).sql(" IS NOT NULL AND ");
            differs(sql, column, mask);
            sql.sql(")");
        }
    }
}

fn differs(sql: &mut Statement, column: &Column, mask: &Mask) {
    match (sql.engine(), column.class) {
        (Engine::Postgres, Class::Document) => {
            value::as_text(sql, column);
            sql.sql(" IS DISTINCT FROM CAST(");
            masked(sql, column, mask);
            sql.as_text();
        }
        (Engine::MySql, Class::Text | Class::Document | Class::Other | Class::Binary) => {
            sql.sql("NOT (");
            value::as_text(sql, column);
            sql.sql(" <=> CAST(");
            masked(sql, column, mask);
            sql.as_text().sql(")");
        }
        (Engine::MySql, _) => {
            sql.sql("NOT (").name(&column.name).sql(" <=> ");
            masked(sql, column, mask);
            sql.sql(")");
        }
        (Engine::Postgres, _) => {
            sql.name(&column.name).sql(" IS DISTINCT FROM ");
            masked(sql, column, mask);
        }
        (Engine::Sqlite, _) => {
            sql.name(&column.name).sql(" IS NOT ");
            masked(sql, column, mask);
        }
    }
}

/// What the value becomes. A NULL stays NULL: nobody is to see that there was nothing.
pub(super) fn becomes(sql: &mut Statement, column: &Column, mask: &Mask) {
    sql.sql("CASE WHEN ").name(&column.name).sql(" IS NOT NULL THEN ");
    masked(sql, column, mask);
    sql.sql(" END");
}

fn masked(sql: &mut Statement, column: &Column, mask: &Mask) {
    let parameter = mask.parameter.as_deref().unwrap_or_default();
    match mask.method {
        MaskMethod::Constant => value::of_type(sql, column, parameter),
        MaskMethod::EmailDomainOnly => domain(sql, &column.name),
        MaskMethod::TruncateDate => truncated(sql, column, parameter),
        MaskMethod::Generalize => generalized(sql, column, parameter),
        MaskMethod::Delete | MaskMethod::Null | MaskMethod::Random | MaskMethod::Hash => nothing(sql, column),
    }
}

fn nothing(sql: &mut Statement, column: &Column) {
    match sql.engine() {
        Engine::Postgres => sql.sql("CAST(NULL AS ").declared(&column.declared).sql(")"),
        Engine::Sqlite | Engine::MySql => sql.sql("NULL"),
    };
}

/// The last @ and what follows it; of a text without one, an @ alone, so that nothing of it is kept.
fn domain(sql: &mut Statement, column: &str) {
    match sql.engine() {
        Engine::Postgres => {
            sql.sql("('@' || COALESCE(substring(CAST(").name(column).sql(" AS text) FROM '@([^@]*)$'), ''))");
        }
        Engine::MySql => {
            sql.sql("('@' || CASE WHEN locate('@', ").name(column).sql(") = 0 THEN '' ELSE substring_index(");
            sql.name(column).sql(", '@', -1) END)");
        }
        // Taking away from the right all that is no @ leaves what stands before the domain.
        Engine::Sqlite => {
            sql.sql("('@' || CASE WHEN instr(")
                .name(column)
                .sql(", '@') = 0 THEN '' ELSE substr(")
                .name(column);
            sql.sql(", length(rtrim(").name(column).sql(", replace(").name(column);
            sql.sql(", '@', ''))) + 1) END)");
        }
    }
}

/// The first day of the year or the month. A text that begins with no date keeps nothing.
fn truncated(sql: &mut Statement, column: &Column, parameter: &str) {
    let by_year = parameter == "YEAR";
    if sql.engine() == Engine::Postgres && column.class == Class::Date {
        sql.sql("CAST(date_trunc(")
            .sql(if by_year { "'year'" } else { "'month'" })
            .sql(", ")
            .name(&column.name);
        sql.sql(") AS ").declared(&column.declared).sql(")");
        return;
    }
    if sql.engine() == Engine::MySql && column.class == Class::Date {
        sql.sql("CAST(date_format(").name(&column.name);
        sql.sql(if by_year { ", '%Y-01-01') AS DATE)" } else { ", '%Y-%m-01') AS DATE)" });
        return;
    }
    let name = column.name.as_str();
    sql.sql("CASE WHEN ");
    match sql.engine() {
        Engine::Postgres => sql.name(name).sql(" ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'"),
        Engine::MySql => sql.name(name).sql(" REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}'"),
        Engine::Sqlite => sql.name(name).sql(" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'"),
    };
    sql.sql(" THEN substr(").name(name).sql(if by_year { ", 1, 4) || '-01-01'" } else { ", 1, 7) || '-01'" });
    // A time of day stays a time of day, or programs could no longer read it.
    sql.sql(" || CASE WHEN length(").name(name).sql(") > 10 THEN substr(").name(name);
    sql.sql(", 11, 1) || '00:00:00' || CASE WHEN ").name(name).sql(" LIKE '%Z' THEN 'Z' ELSE '' END");
    sql.sql(" ELSE '' END END");
}

/// The first characters, or the multiple below.
fn generalized(sql: &mut Statement, column: &Column, parameter: &str) {
    match (column.class, fitness::kept(Some(parameter))) {
        (Class::Integer | Class::Number, Some(Kept::Multiple(step))) => {
            multiple(sql, &column.name, step, column);
        }
        (Class::Text, Some(Kept::Characters(number))) => beginning(sql, &column.name, number),
        // Such a mask is refused before.
        _ => nothing(sql, column),
    }
}

/// As many `*` follow as characters are kept, so that a second time finds what it would make. What is shorter than that keeps nothing:
/// never more than half of a text is left.
fn beginning(sql: &mut Statement, name: &str, number: u64) {
    let length = if sql.engine() == Engine::Sqlite { "length(" } else { "char_length(" };
    let bare = |sql: &mut Statement| {
        sql.sql("trim(CAST(").name(name).as_text().sql(")");
    };
    let stars = match number {
        1 => "'*'",
        2 => "'**'",
        _ => "'***'",
    };
    sql.sql("CASE WHEN ").sql(length);
    bare(sql);
    sql.sql(") >= ").number(2 * number).sql(" THEN substr(");
    bare(sql);
    sql.sql(", 1, ").number(number).sql(") || ").sql(stars).sql(" ELSE '' END");
}

fn multiple(sql: &mut Statement, name: &str, step: u64, column: &Column) {
    match sql.engine() {
        Engine::Postgres => {
            sql.sql("CAST(floor(CAST(")
                .name(name)
                .sql(" AS numeric) / ")
                .number(step)
                .sql(") * ")
                .number(step);
            sql.sql(" AS ").declared(&column.declared).sql(")");
        }
        Engine::Sqlite => {
            // Whole numbers below, by remainders that are never negative: not every SQLite has floor().
            let whole = |sql: &mut Statement| {
                sql.sql("(CAST(").name(name).sql(" AS INTEGER) - (").name(name).sql(" < CAST(").name(name);
                sql.sql(" AS INTEGER)))");
            };
            sql.sql("(");
            whole(sql);
            sql.sql(" - ((");
            whole(sql);
            sql.sql(" % ").number(step).sql(") + ").number(step).sql(") % ").number(step).sql(")");
        }
        // Dividing would round.
        Engine::MySql => {
            sql.sql("(")
                .name(name)
                .sql(" - mod(mod(")
                .name(name)
                .sql(", ")
                .number(step)
                .sql(") + ")
                .number(step);
            sql.sql(", ").number(step).sql("))");
        }
    }
}

//! Which rows: somebody's, with something in them, in pieces.

use super::{super::Subject, masked, plan::Place, schema::Column, statement::Statement, value};
use entity::{
    connector::{SqlJoin, SqlTable},
    enums::SubjectKeyKind,
};

/// What a row is told by: each column of the key as text.
pub(super) type Key = Vec<String>;

/// Whether a row is the person's. The way to who it belongs to goes from table to table by `IN`, which is the same in a
/// SELECT, an UPDATE and a DELETE.
pub(super) fn belong(sql: &mut Statement, place: &Place<'_>, subject: &Subject) {
    by_way(sql, place.mapping, &place.mapping.joins, place.subject, subject);
}

fn by_way(sql: &mut Statement, mapping: &SqlTable, way: &[SqlJoin], at_end: &Column, subject: &Subject) {
    let Some((step, rest)) = way.split_first() else {
        sql.sql("(");
        let kind = mapping.subject_key;
        sql.list(subject.values(kind), " OR ", |sql, value| match kind {
            SubjectKeyKind::Email => value::equals_email(sql, at_end, value),
            _ => value::equals(sql, at_end, value),
        });
        sql.sql(")");
        return;
    };
    sql.name(&step.from_column).sql(" IN (SELECT ").name(&step.to_column).sql(" FROM ").table(&step.to_table);
    sql.sql(" WHERE ");
    by_way(sql, mapping, rest, at_end, subject);
    sql.sql(")");
}

/// Whether anything that was asked for still has to be done in a row.
pub(super) fn pending(sql: &mut Statement, place: &Place<'_>) {
    sql.sql("(");
    sql.list(&place.asked, " OR ", |sql, asked| masked::pending(sql, asked.column, asked.mask));
    sql.sql(")");
}

/// The same, but for what a random value stands in: whether it was there before cannot be seen.
pub(super) fn pending_for_certain(sql: &mut Statement, place: &Place<'_>) {
    let random = place.random().map(|column| column.name.as_str()).collect::<Vec<_>>();
    let certain = place.asked.iter().filter(|asked| !random.contains(&asked.column.name.as_str()));
    let certain = certain.collect::<Vec<_>>();
    if certain.is_empty() {
        sql.sql("1 = 0");
        return;
    }
    sql.sql("(");
    sql.list(certain, " OR ", |sql, asked| masked::pending(sql, asked.column, asked.mask));
    sql.sql(")");
}

/// Whether anything that was asked for is there at all.
pub(super) fn hold_something(sql: &mut Statement, place: &Place<'_>) {
    sql.sql("(");
    sql.list(&place.asked, " OR ", |sql, asked| {
        sql.name(&asked.column.name).sql(" IS NOT NULL");
    });
    sql.sql(")");
}

/// Whether a row goes as a whole: something in it is to be deleted, and nothing else is in it.
pub(super) fn go(sql: &mut Statement, place: &Place<'_>) {
    let deleted = place.deleted().collect::<Vec<_>>();
    if deleted.is_empty() {
        sql.sql("1 = 0");
        return;
    }
    sql.sql("(");
    sql.list(deleted, " OR ", |sql, column| {
        sql.name(&column.name).sql(" IS NOT NULL");
    });
    sql.sql(")");
    for column in place.kept() {
        sql.sql(" AND ").name(&column.name).sql(" IS NULL");
    }
}

/// Whether a row is one of `keys`.
pub(super) fn are(sql: &mut Statement, place: &Place<'_>, keys: &[&Key]) {
    sql.sql("(");
    sql.list(keys, " OR ", |sql, key| is(sql, place, key));
    sql.sql(")");
}

pub(super) fn is(sql: &mut Statement, place: &Place<'_>, key: &Key) {
    sql.sql("(");
    sql.list(place.key.iter().zip(key), " AND ", |sql, (column, text)| value::is(sql, column, text));
    sql.sql(")");
}

/// The columns of the key, as text.
pub(super) fn key(sql: &mut Statement, place: &Place<'_>) {
    sql.list(&place.key, ", ", |sql, column| value::read(sql, column));
}

/// The order of keys as text. It need only be the same from one piece to the next.
pub(super) fn after(sql: &mut Statement, place: &Place<'_>, last: &Key) {
    sql.sql("(");
    key(sql, place);
    sql.sql(") > (");
    sql.list(last, ", ", |sql, text| {
        sql.text(text);
    });
    sql.sql(")");
}

pub(super) fn in_order(sql: &mut Statement, place: &Place<'_>) {
    sql.sql(" ORDER BY ");
    key(sql, place);
}

//! Findings that the reference data in memory gives, as rows of the one statement, so that they are ordered and paged
//! with the rest.

use super::{
    branch::{Asked, Branch},
    kind::FindingKind,
    reference_data, third_parties,
};
use crate::access::Sql;
use chrono::{DateTime, Utc};
use entity::ids::{SystemId, ThirdPartyId};
use uuid::Uuid;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) kind: FindingKind,
    pub(super) since: DateTime<Utc>,
    pub(super) subject: Uuid,
    /// Where, if it is about one place.
    pub(super) system: Option<SystemId>,
    /// Which third party it is about, or whose place it is.
    pub(super) third_party: Option<ThirdPartyId>,
    /// Whether it is one only while data lies at the third party.
    pub(super) while_held: bool,
}

/// The parts that the filter lets through: at most one of what is so anyway, and one of what is so while data lies
/// there.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    // What the reference data says is about no customer in particular.
    if asked.filter.customer.is_some() {
        return Vec::new();
    }
    let filter = asked.filter;
    let is_asked_for = |row: &Known| {
        asked.lets(row.kind)
            && filter.systems.as_ref().is_none_or(|all| row.system.is_some_and(|id| all.contains(&id)))
            && filter
                .third_parties
                .as_ref()
                .is_none_or(|all| row.third_party.is_some_and(|id| all.contains(&id)))
    };
    let rows = third_parties::known(asked).into_iter().chain(reference_data::known(asked));
    let (held, anyway): (Vec<_>, Vec<_>) = rows.filter(is_asked_for).partition(|row| row.while_held);
    let mut all = Vec::<Branch<'a>>::new();
    if !anyway.is_empty() {
        all.push(Box::new(move |sql| literal(sql, &anyway)));
    }
    if !held.is_empty() {
        all.push(Box::new(move |sql| {
            literal(sql, &held);
            sql.push(
                " WHERE EXISTS (SELECT 1 FROM system y JOIN data_location l ON l.system_id = y.id \
                 WHERE y.third_party_id = v.column4 AND l.held_to IS NULL)",
            );
        }));
    }
    all
}

/// Adds a query of these rows. Both engines call the columns of values by their numbers.
fn literal(sql: &mut Sql, rows: &[Known]) {
    sql.push("SELECT v.column1 AS kind, v.column2 AS urgency, v.column3 AS since, v.column4 AS subject_id, ");
    sql.bind(None::<Uuid>).push(" AS customer_id, ").bind(None::<String>).push(" AS category, ");
    sql.push("v.column5 AS system_id FROM (VALUES ");
    for (at, row) in rows.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        let (kind, urgency) = (row.kind.number(), row.kind.severity().urgency());
        sql.push(&format!("{separator}({kind}, {urgency}, ")).bind(row.since).push(", ");
        sql.bind(row.subject).push(", ").bind(row.system.map(|id| id.0)).push(")");
    }
    sql.push(") v");
}

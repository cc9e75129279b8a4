//! What comparisons of the map with systems have shown, and that one is overdue.

use super::{
    branch::{Asked, Branch, made, select, select_lines},
    kind::FindingKind,
};
use crate::{access::Sql, connector::reconciles};
use chrono::TimeDelta;
use entity::ids::SystemId;

/// How long a system's map may go unchecked.
const PATIENCE: TimeDelta = TimeDelta::days(90);

/// The parts that the filter lets through.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.lets(FindingKind::LostTrack) {
        all.push(Box::new(|sql| lost(sql, asked)));
    }
    if asked.lets(FindingKind::DataCameBack) {
        all.push(Box::new(|sql| came_back(sql, asked)));
    }
    if asked.lets(FindingKind::UnmappedRecord) {
        all.push(Box::new(|sql| unmapped(sql, asked)));
    }
    let systems = checkable(asked);
    // It is about nobody in particular.
    if asked.lets(FindingKind::ReconciliationOverdue)
        && asked.filter.customer.is_none()
        && !systems.is_empty()
    {
        all.push(Box::new(move |sql| overdue(sql, asked, &systems)));
    }
    all
}

fn lost(sql: &mut Sql, asked: &Asked<'_>) {
    select_lines(sql, FindingKind::LostTrack);
    sql.push("WHERE l.state = 'LOST_TRACK'");
    asked.conditions(sql, "l");
}

/// Until it is gone once more, or something needs it.
fn came_back(sql: &mut Sql, asked: &Asked<'_>) {
    select_lines(sql, FindingKind::DataCameBack);
    sql.push(
        "JOIN reconciliation_difference d ON d.data_location_id = l.id AND d.kind = 'STILL_THERE' \
         WHERE l.state = 'DISPOSAL_PENDING'",
    );
    asked.conditions(sql, "l");
}

/// What the last comparison that could see it saw, until it is put on the map.
fn unmapped(sql: &mut Sql, asked: &Asked<'_>) {
    select(sql, FindingKind::UnmappedRecord);
    sql.push(
        "u.started_at AS since, u.id AS subject_id, u.customer_id AS customer_id, u.category AS category, \
         u.system_id AS system_id FROM (SELECT d.id, d.customer_id, d.category, n.system_id, n.started_at \
         FROM reconciliation n JOIN reconciliation_difference d ON d.reconciliation_id = n.id \
         AND d.kind = 'MISSING_ON_MAP' WHERE n.state = 'SUCCEEDED' AND NOT EXISTS (SELECT 1 FROM reconciliation m \
         WHERE m.system_id = n.system_id AND m.state = 'SUCCEEDED' AND m.id > n.id \
         AND (m.customer_id IS NULL OR m.customer_id = d.customer_id)) AND NOT EXISTS (SELECT 1 FROM data_location l \
         WHERE l.system_id = n.system_id AND l.external_reference = d.external_reference AND l.category = d.category) \
         AND NOT EXISTS (SELECT 1 FROM data_location l WHERE l.customer_id = d.customer_id \
         AND l.system_id = n.system_id AND l.category = d.category AND l.held_to IS NULL AND l.id > n.id)) u WHERE true",
    );
    asked.conditions(sql, "u");
}

/// The systems that the program can list, as far as the filter names places.
fn checkable(asked: &Asked<'_>) -> Vec<SystemId> {
    let filter = asked.filter;
    let listed = asked.catalog.systems.values().filter(|system| {
        system.retired_at.is_none()
            && system.connector.as_ref().is_some_and(reconciles)
            && filter.systems.as_ref().is_none_or(|all| all.contains(&system.id))
            && filter
                .third_parties
                .as_ref()
                .is_none_or(|all| system.third_party_id.is_some_and(|id| all.contains(&id)))
    });
    listed.map(|system| system.id).collect()
}

/// Since it was last compared as a whole; since it was put on record, where it never was.
fn overdue(sql: &mut Sql, asked: &Asked<'_>, systems: &[SystemId]) {
    select(sql, FindingKind::ReconciliationOverdue);
    sql.push("coalesce(n.last, v.column2) AS since, v.column1 AS subject_id, ").bind(None::<uuid::Uuid>);
    sql.push(" AS customer_id, ").bind(None::<String>);
    sql.push(" AS category, v.column1 AS system_id FROM (VALUES ");
    for (at, system) in systems.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { ", (" }).bind(system.0).push(", ").bind(made(system.0)).push(")");
    }
    sql.push(
        ") v LEFT JOIN (SELECT system_id, max(finished_at) AS last FROM reconciliation WHERE state = 'SUCCEEDED' \
         AND customer_id IS NULL GROUP BY system_id) n ON n.system_id = v.column1 WHERE coalesce(n.last, v.column2) < ",
    );
    sql.bind(asked.now - PATIENCE);
}

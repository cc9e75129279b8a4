//! What is wrong with the audit log itself: it is not sealed in time, not protected, or not what was signed.

use super::{
    branch::{Asked, Branch, select},
    kind::FindingKind,
};
use crate::{access::Sql, domain::audit::UNSEALED};
use chrono::TimeDelta;
use entity::enums::AuditAlarmKind;
use sea_orm::ActiveEnum;
use uuid::Uuid;

/// How long an event may wait for its place. As a rule that is a second.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// The parts that the filter lets through. They are about no customer and no place.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.filter.customer.is_some() || asked.is_somewhere() {
        return all;
    }
    if asked.lets(FindingKind::AuditLogNotSealed) {
        all.push(Box::new(|sql| not_sealed(sql, asked)));
    }
    for (kind, alarm) in [
        (FindingKind::AuditLogUnprotected, AuditAlarmKind::Protection),
        (FindingKind::AuditLogTampered, AuditAlarmKind::Content),
    ] {
        if asked.lets(kind) {
            all.push(Box::new(move |sql| alarmed(sql, kind, alarm)));
        }
    }
    all
}

fn columns(sql: &mut Sql, kind: FindingKind) {
    select(sql, kind);
    sql.push("u.since AS since, u.event_id AS subject_id, ").bind(None::<Uuid>).push(" AS customer_id, ");
    sql.bind(None::<String>).push(" AS category, ").bind(None::<Uuid>).push(" AS system_id ");
}

/// The first that came of those without a place, once something was signed at all: where nothing ever is, that is another finding.
fn not_sealed(sql: &mut Sql, asked: &Asked<'_>) {
    columns(sql, FindingKind::AuditLogNotSealed);
    sql.push("FROM (SELECT a.event_id, a.occurred_at AS since ").push(UNSEALED);
    sql.push(") u WHERE EXISTS (SELECT 1 FROM audit_checkpoint) AND u.since < ");
    sql.bind(asked.now - PATIENCE);
}

fn alarmed(sql: &mut Sql, kind: FindingKind, alarm: AuditAlarmKind) {
    columns(sql, kind);
    sql.push("FROM audit_alarm u WHERE u.kind = ").bind(alarm.to_value());
}

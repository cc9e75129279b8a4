//! Breaches that somebody has to be told of.

use super::{
    branch::{Asked, Branch, select},
    kind::{FindingKind, Severity},
};
use crate::{
    access::Sql,
    domain::incident::{NOTIFY_WITHIN, unsaid},
};

/// The parts that the filter lets through. An incident is about nobody in particular.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.filter.customer.is_some() {
        return all;
    }
    if asked.lets(FindingKind::IncidentNotificationDue) {
        all.push(Box::new(|sql| unsaid_to_the_authority(sql, asked)));
    }
    if asked.lets(FindingKind::CustomersNotToldOfIncident) {
        all.push(Box::new(|sql| unsaid_to_customers(sql, asked)));
    }
    all
}

fn unsaid_to_the_authority(sql: &mut Sql, asked: &Asked<'_>) {
    let kind = FindingKind::IncidentNotificationDue;
    sql.push(&format!("SELECT {} AS kind, CASE WHEN i.aware_at < ", kind.number()))
        .bind(asked.now - NOTIFY_WITHIN);
    sql.push(&format!(" THEN {} ELSE {} END", Severity::Critical.urgency(), kind.severity().urgency()));
    sql.push(" AS urgency, ");
    rest(sql);
    unsaid(sql);
    places(sql, asked);
}

/// Without undue delay, says Art. 34(1): no number of hours.
fn unsaid_to_customers(sql: &mut Sql, asked: &Asked<'_>) {
    select(sql, FindingKind::CustomersNotToldOfIncident);
    rest(sql);
    sql.push(
        "i.risk = 'HIGH' AND NOT EXISTS (SELECT 1 FROM incident_notification n \
         WHERE n.incident_id = i.id AND n.recipient = 'CUSTOMERS')",
    );
    places(sql, asked);
}

fn rest(sql: &mut Sql) {
    sql.push("i.aware_at AS since, i.id AS subject_id, ").bind(None::<uuid::Uuid>);
    sql.push(" AS customer_id, ").bind(None::<String>).push(" AS category, ").bind(None::<uuid::Uuid>);
    sql.push(" AS system_id FROM incident i WHERE i.closed_at IS NULL AND ");
}

fn places(sql: &mut Sql, asked: &Asked<'_>) {
    if asked.is_somewhere() {
        sql.push(" AND EXISTS (SELECT 1 FROM incident_system x WHERE x.incident_id = i.id");
        asked.conditions(sql, "x");
        sql.push(")");
    }
}

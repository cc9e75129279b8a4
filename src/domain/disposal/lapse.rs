//! A permission that no live service needs any more ends by itself.

use super::open::WHILE_IMPORTING;
use crate::{
    access::{Sql, Stop, Writer},
    clock::first_id,
};
use chrono::{DateTime, Utc};
use entity::{
    consent, consent_event,
    enums::{Channel, ConsentEventKind},
    ids::{ConsentEventId, ConsentId, CustomerId},
};

/// What a service of the customer's needs at the third party that the consent `x` is about, for its purpose. Conditions
/// on the subscription `s` and the requirement `r` follow.
const NEEDED: &str = "EXISTS (SELECT 1 FROM subscription s JOIN data_requirement r ON r.service_id = s.service_id \
    JOIN system y ON y.id = r.system_id AND y.third_party_id = x.third_party_id \
    JOIN consent_category g ON g.consent_id = x.id AND g.category = r.category \
    WHERE s.customer_id = x.customer_id AND r.purpose = x.purpose AND ";

/// Adds the condition that the consent `x` is in force and no live service needs it, while one did since it was given:
/// one that was given before the service is ordered waits for it.
fn unneeded(sql: &mut Sql) {
    sql.push("x.ended_at IS NULL AND NOT ")
        .push(NEEDED)
        .push("s.ended_at IS NULL AND r.retired_at IS NULL) AND ")
        .push(NEEDED)
        .push(
            "(s.ended_at IS NULL OR s.ended_at >= x.granted_at) AND (r.retired_at IS NULL \
             OR (r.retired_at >= x.granted_at AND r.retired_at > s.started_at)))",
        );
}

/// The same, but for what an import put on record not long ago: see [`WHILE_IMPORTING`].
pub(super) fn unneeded_by_now(sql: &mut Sql, now: DateTime<Utc>) {
    unneeded(sql);
    sql.push(" AND NOT (x.id >= ").bind(first_id(now - WHILE_IMPORTING)).push(
        " AND EXISTS (SELECT 1 FROM consent_event v WHERE v.consent_id = x.id AND v.channel = 'IMPORT'))",
    );
}

/// Ends the consents of these customers, who are locked, that no live service needs by now, with the reason on record.
///
/// # Errors
/// When the database fails.
pub(super) async fn lapse_by_now(w: &Writer, customers: &[CustomerId]) -> Result<(), Stop> {
    let mut sql = Sql::new("SELECT x.* FROM consent x WHERE x.customer_id IN ");
    sql.list(customers.iter().map(|id| id.0)).push(" AND ");
    unneeded_by_now(&mut sql, w.now());
    end(w, sql).await.map(drop)
}

/// The same as something of theirs ends: those that no live service needs any more.
/// Back come those.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn lapse(w: &Writer, customers: &[CustomerId]) -> Result<Vec<ConsentId>, Stop> {
    let mut sql = Sql::new("SELECT x.* FROM consent x WHERE x.customer_id IN ");
    sql.list(customers.iter().map(|id| id.0)).push(" AND ");
    unneeded(&mut sql);
    Ok(end(w, sql).await?.into_iter().map(|(_, consent)| consent).collect())
}

/// Ends all consents of these customers, who are locked and have no service any more, nor will have. Back come those,
/// each with whose it was.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn lapse_all(
    w: &Writer,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, ConsentId)>, Stop> {
    let mut sql = Sql::new("SELECT x.* FROM consent x WHERE x.ended_at IS NULL AND x.customer_id IN ");
    sql.list(customers.iter().map(|id| id.0));
    end(w, sql).await
}

/// Ends the consents that this finds.
async fn end(w: &Writer, sql: Sql) -> Result<Vec<(CustomerId, ConsentId)>, Stop> {
    let over = w.numbers::<consent::Model>(sql).await?;
    if over.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("UPDATE consent SET ended_at = ");
    sql.bind(w.now()).push(", ended_as = ").bind(ConsentEventKind::Lapsed);
    sql.push(" WHERE id IN ").list(over.iter().map(|row| row.id.0));
    w.execute(sql).await?;
    let event = |row: &consent::Model| consent_event::Model {
        id: ConsentEventId(w.id()),
        consent_id: row.id,
        customer_id: row.customer_id,
        kind: ConsentEventKind::Lapsed,
        occurred_at: w.now(),
        channel: Channel::System,
        evidence: None,
        recorded_by: w.actor_name(),
    };
    w.insert_all::<consent_event::Entity>(&over.iter().map(event).collect::<Vec<_>>()).await?;
    for row in &over {
        w.changed(row.customer_id, &["consents"]);
    }
    Ok(over.into_iter().map(|row| (row.customer_id, row.id)).collect())
}

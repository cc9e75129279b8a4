//! Events of the audit log, newest first. Whom each was about is not told: an event about everybody in it would not be.

use super::{
    columns::{list, moment, number, table as new_table, text},
    content::{Column, Table},
    making::{Making, NotMade, Pages},
    sink::Sink,
};
use crate::domain::audit::{AuditFilter, EventRow, ListEvents};
use entity::ids::PurposeKey;

const EVENTS: &[Column] = &[
    moment("occurredAt", "När", "Occurred at"),
    text("actor", "Vem", "Actor"),
    text("actorKind", "Slags aktör", "Kind of actor"),
    list("roles", "Roller", "Roles"),
    text("kind", "Slag", "Kind"),
    text("operation", "Operation", "Operation"),
    text("target", "Gällde", "Target"),
    text("purpose", "Ändamål", "Purpose").is("dpv:hasPurpose"),
    text("outcome", "Utfall", "Outcome"),
    text("code", "Kod", "Code"),
    number("count", "Antal", "Count"),
    text("requestId", "Begäran", "Request"),
    text("id", "Id", "Id"),
];

pub(super) fn table() -> Table {
    new_table("events", ("Händelser", "Events"), EVENTS)
}

pub(super) async fn write<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    filter: &AuditFilter,
) -> Result<(), NotMade> {
    m.table(&table())?;
    let mut pages = Pages::new();
    // What is done for the report itself is not in it.
    let until = m.taken.row.requested_at;
    let filter = AuditFilter { to: Some(filter.to.map_or(until, |to| to.min(until))), ..filter.clone() };
    while let Some(page) = pages.next() {
        let found = m.ask(ListEvents { filter: filter.clone(), page }).await?;
        let labels = m.labels();
        for EventRow { id, occurred_at, body, .. } in pages.entries(found) {
            let roles = body.actor.roles.iter().map(|role| role.word().to_owned()).collect::<Vec<_>>();
            m.row(&[
                occurred_at.into(),
                body.actor.id.into(),
                labels.of(body.actor.kind).into(),
                roles.into(),
                labels.of(body.kind).into(),
                body.operation.into(),
                body.target.into(),
                body.purpose.map(|key| labels.purpose(&PurposeKey(key))).into(),
                labels.of(body.outcome).into(),
                body.code.into(),
                body.count.map(|count| i64::try_from(count).unwrap_or(i64::MAX)).into(),
                body.request.into(),
                id.to_string().into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

//! A breach: what is on record of it, and whose data was there while it happened.

use super::{
    columns::{list, moment, table, text},
    content::{Column, Table, Text, Word},
    making::{Making, NotMade, Pages},
    sink::Sink,
};
use crate::domain::{
    data_location::{AtPlace, CustomersAt, During},
    incident::{IncidentKind, IncidentsByIds, NotificationForm, OnRecord},
};
use entity::ids::IncidentId;

const AFFECTED: &[Column] = &[
    text("customer", "Kund", "Customer").is("dpv:hasDataSubject"),
    text("kind", "Slag", "Kind"),
    list("categories", "Kategorier", "Categories").is("dpv:hasPersonalData"),
    moment("heldFrom", "Fanns från", "Held from"),
    moment("heldTo", "Fanns till", "Held to"),
];

const INCIDENT: &[Column] = &[
    text("summary", "Vad som hände", "Summary"),
    list("kinds", "Typ", "Kinds"),
    text("risk", "Risk", "Risk"),
    moment("windowStart", "Började", "Window start"),
    moment("windowEnd", "Slutade", "Window end"),
    moment("awareAt", "Upptäcktes", "Aware at"),
    moment("dueAt", "Anmäls senast", "Due at"),
    text("consequences", "Följder", "Consequences"),
    text("measures", "Åtgärder", "Measures"),
    text("reportedBy", "Lagd in av", "Reported by"),
    moment("closedAt", "Avslutad", "Closed at"),
    text("conclusion", "Slutsats", "Conclusion"),
];

const SYSTEMS: &[Column] = &[
    text("system", "System", "System"),
    text("thirdParty", "Tredje part", "Third party"),
    text("country", "Land", "Country").is("dpv:hasCountry"),
];

const NOTIFICATIONS: &[Column] = &[
    text("recipient", "Mottagare", "Recipient"),
    moment("notifiedAt", "När", "Notified at"),
    text("method", "Hur", "Method"),
    text("reference", "Referens", "Reference"),
    text("delayReason", "Skäl till dröjsmål", "Reason for the delay"),
    text("recordedBy", "Noterat av", "Recorded by"),
];

pub(super) fn tables() -> Vec<Table> {
    vec![
        table("incident", ("Incidenten", "The breach"), INCIDENT),
        table("systems", ("Var", "Where"), SYSTEMS),
        table("notifications", ("Vilka som har fått veta", "Who was told"), NOTIFICATIONS),
        table("affectedCustomers", ("Berörda kunder", "Affected customers"), AFFECTED),
    ]
}

pub(super) async fn write<S: Sink + 'static>(m: &mut Making<'_, S>, id: IncidentId) -> Result<(), NotMade> {
    let gone = || NotMade::Unfit("There is no such incident.".to_owned());
    let incident = m.ask(IncidentsByIds(vec![id])).await?.pop().ok_or_else(gone)?;
    for one in tables().into_iter().filter(|one| m.has(one.key)).collect::<Vec<_>>() {
        m.table(&one)?;
        match one.key {
            "incident" => facts(m, &incident)?,
            "systems" => systems(m, &incident)?,
            "notifications" => notifications(m, &incident)?,
            _ => affected(m, &incident).await?,
        }
        m.keep().await?;
    }
    if m.has_all() {
        let locale = m.taken.row.locale;
        let body = m.ask(NotificationForm { catalog: m.catalog.clone(), incident, locale }).await?;
        m.text(&form(body))?;
    }
    Ok(())
}

/// The text of the notification to the authority.
pub(super) const fn form(body: String) -> Text {
    Text { key: "notificationForm", sv: "Underlag för anmälan", en: "Text for the notification", body }
}

fn facts<S: Sink + 'static>(m: &mut Making<'_, S>, incident: &OnRecord) -> Result<(), NotMade> {
    let (labels, row) = (m.labels(), &incident.row);
    let kinds = incident.kinds().into_iter().map(|kind| {
        labels.word(match kind {
            IncidentKind::Confidentiality => "CONFIDENTIALITY",
            IncidentKind::Integrity => "INTEGRITY",
            IncidentKind::Availability => "AVAILABILITY",
        })
    });
    m.row(&[
        row.summary.clone().into(),
        kinds.collect::<Vec<Word>>().into(),
        row.risk.map(|risk| labels.of(risk)).into(),
        row.window_start.into(),
        row.window_end.into(),
        row.aware_at.into(),
        incident.due_at().into(),
        row.consequences.clone().into(),
        row.measures.clone().into(),
        row.reported_by.clone().into(),
        row.closed_at.into(),
        row.conclusion.clone().into(),
    ])
}

fn systems<S: Sink + 'static>(m: &mut Making<'_, S>, incident: &OnRecord) -> Result<(), NotMade> {
    let labels = m.labels();
    for id in &incident.systems {
        let (holder, country) = labels.holder(*id);
        m.row(&[labels.system(*id).into(), holder.into(), country.into()])?;
    }
    Ok(())
}

fn notifications<S: Sink + 'static>(m: &mut Making<'_, S>, incident: &OnRecord) -> Result<(), NotMade> {
    let labels = m.labels();
    for one in &incident.notifications {
        m.row(&[
            labels.of(one.recipient).into(),
            one.notified_at.into(),
            one.method.clone().into(),
            one.reference.clone().into(),
            one.delay_reason.clone().into(),
            one.recorded_by.clone().into(),
        ])?;
    }
    Ok(())
}

async fn affected<S: Sink + 'static>(m: &mut Making<'_, S>, incident: &OnRecord) -> Result<(), NotMade> {
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let inquiry = CustomersAt {
            catalog: m.catalog.clone(),
            place: AtPlace::Incident { id: incident.row.id, systems: incident.systems.clone() },
            during: Some(During { from: incident.row.window_start, to: incident.until() }),
            categories: None,
            page,
        };
        let found = m.ask(inquiry).await?;
        let labels = m.labels();
        for one in pages.entries(found) {
            m.row(&[
                one.customer.row.reference.into(),
                labels.of(one.customer.row.kind).into(),
                labels.categories(&one.categories).into(),
                one.held_from.into(),
                one.held_to.into(),
            ])?;
        }
        m.keep().await?;
    }
    Ok(())
}

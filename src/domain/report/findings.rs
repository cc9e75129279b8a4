//! All that is wrong right now, the most urgent first.

use super::{
    columns::{day, moment, table as new_table, text},
    content::{Cell, Column, Table},
    making::{Making, NotMade, Pages},
    sink::Sink,
};
use crate::domain::{
    finding::{
        AcknowledgementsOf, Finding, FindingFilter, FindingOrder, ListFindings, Subject, holds, message,
    },
    period::day_of,
};
use entity::finding_acknowledgement;

const FINDINGS: &[Column] = &[
    text("severity", "Allvar", "Severity"),
    text("kind", "Brist", "Finding"),
    text("message", "Vad som är fel och vad som ska göras", "What is wrong and what to do"),
    moment("since", "Sedan", "Since"),
    text("system", "System", "System"),
    text("category", "Kategori", "Category").is("dpv:hasPersonalData"),
    text("customer", "Kund", "Customer"),
    text("subjectType", "Gäller", "About"),
    text("subjectId", "Id", "Id"),
    day("acknowledgedUntil", "Godtagen till och med", "Acknowledged until"),
    text("acknowledgedBy", "Godtagen av", "Acknowledged by"),
    text("acknowledgedReason", "Skäl", "Reason"),
];

pub(super) fn table() -> Table {
    new_table("findings", ("Brister", "Findings"), FINDINGS)
}

pub(super) async fn write<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    filter: &FindingFilter,
) -> Result<(), NotMade> {
    m.table(&table())?;
    let mut pages = Pages::few();
    let today = day_of(m.now(), &m.catalog.zone());
    while let Some(page) = pages.next() {
        // Order by severity, the most urgent first.
        let list = ListFindings {
            catalog: m.catalog.clone(),
            filter: filter.clone(),
            order: FindingOrder::SeverityDesc,
            page,
        };
        let found = m.ask(list).await?;
        let found = pages.entries(found);
        let keys = found.iter().map(|one| (one.kind, one.subject.id())).collect();
        let said = m.ask(AcknowledgementsOf(keys)).await?;
        let called = m.references(found.iter().filter_map(|one| one.customer)).await?;
        for one in &found {
            let said = said.get(&(one.kind, one.subject.id())).filter(|said| holds(one, said, today));
            let customer = one.customer.and_then(|id| called.get(&id).cloned());
            m.row(&row(m, one, customer, said))?;
        }
        m.keep().await?;
    }
    Ok(())
}

fn row<S: Sink + 'static>(
    m: &Making<'_, S>,
    one: &Finding,
    customer: Option<String>,
    said: Option<&finding_acknowledgement::Model>,
) -> Vec<Cell> {
    let labels = m.labels();
    vec![
        labels.word(one.severity.word()).into(),
        labels.word(one.kind.word()).into(),
        message(one, m.catalog, labels.locale).into(),
        one.since.into(),
        one.system.map(|id| labels.system(id)).into(),
        one.category.as_ref().map(|key| labels.category(key)).into(),
        customer.into(),
        kind_of(one.subject).into(),
        one.subject.id().to_string().into(),
        said.map(|said| said.until).into(),
        said.map(|said| said.acknowledged_by.clone()).into(),
        said.map(|said| said.reason.clone()).into(),
    ]
}

/// As the API calls what it is about.
const fn kind_of(subject: Subject) -> &'static str {
    match subject {
        Subject::DataLocation(_) => "DataLocation",
        Subject::ThirdParty(_) => "ThirdParty",
        Subject::System(_) => "System",
        Subject::DataRequirement(_) => "DataRequirement",
        Subject::LegalHold(_) => "LegalHold",
        Subject::Task(_) => "Task",
        Subject::DataRequest(_) => "DataRequest",
        Subject::Difference(_) => "ReconciliationDifference",
        Subject::Incident(_) => "Incident",
        Subject::AuditEvent(_) => "AuditEvent",
    }
}

//! The letter about a task, for a third party that has no API.

use crate::{
    access::{Stop, Writer},
    connector::{
        Connectors, Subject,
        email::{Kind, Letter},
    },
    domain::{
        catalog::Catalog,
        period::{Period, day_of},
    },
};
use chrono::TimeDelta;
use entity::{answer_link, connector::EmailConnector, ids::CategoryKey, task};
use std::collections::BTreeSet;

/// How long after the day by which they should have answered a link is still good.
const LATE: TimeDelta = TimeDelta::days(30);

/// The letter that is due about a task: the first, or a reminder. It has a link of its own to answer by, where the operator
/// has said how the program is reached.
pub(super) async fn write(
    w: &Writer,
    (catalog, connectors): (&Catalog, &Connectors),
    email: &EmailConnector,
    row: &task::Model,
    (categories, subject): (&BTreeSet<CategoryKey>, &Subject),
) -> Result<Letter, Stop> {
    let zone = catalog.zone();
    let third_party = catalog.systems.get(&row.system_id).and_then(|system| system.third_party_id);
    let contact = third_party.and_then(|id| catalog.third_parties.get(&id)?.privacy_contact.clone());
    let within = Period::parse(&email.answer_within).ok();
    let answer_by = row.answer_by.or_else(|| within?.after(w.now(), &zone)).unwrap_or_else(|| w.now());
    let link = connectors.answer_link();
    if let Some(link) = &link {
        let made = answer_link::Model {
            hash: link.hash.to_vec(),
            task_id: row.id,
            customer_id: row.customer_id,
            expires_at: answer_by + LATE,
            used_at: None,
        };
        w.insert::<answer_link::Entity>(made).await?;
    }
    let name = |key: &CategoryKey| {
        let row = catalog.categories.get(key)?;
        Some(catalog.name_in(email.locale, &row.name, &row.translations).to_owned())
    };
    let kind = match (u32::try_from(row.letters), row.sent_at) {
        (Ok(nth), Some(sent_at)) if nth > 0 => Kind::Reminding { nth, asked_on: day_of(sent_at, &zone) },
        _ => Kind::Asking,
    };
    // Without any, it cannot be sent either.
    let known = subject.values(email.subject_key).map(|value| value.to_owned().into());
    Ok(Letter {
        // Without one, the letter cannot be sent, which is somebody's to put right.
        to: email.to.clone().or(contact).unwrap_or_default(),
        locale: email.locale,
        kind,
        controller: catalog.controller.as_ref().map(|company| company.name.clone()).unwrap_or_default(),
        action: row.action,
        lifts: row.lifts,
        categories: categories.iter().filter_map(name).collect(),
        known_by: (email.subject_key, known.collect()),
        case: row.call_key,
        // The moment after the last one of that day.
        answer_by: day_of(answer_by - TimeDelta::microseconds(1), &zone),
        answer_url: link.map(|link| link.url),
    })
}

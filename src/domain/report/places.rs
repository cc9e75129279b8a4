//! Systems, third parties and services as tables, which are brought in again after somebody has put them right.

use super::{
    columns::{day, list, table, text},
    content::{Cell, Column, Table},
    labels::Labels,
};
use crate::domain::catalog::Catalog;
use entity::{enums::TrustStatus, service, system, third_party};
use sea_orm::ActiveEnum;

const SYSTEMS: &[Column] = &[
    text("name", "Namn", "Name").back(),
    text("thirdParty", "Tredje part", "Third party").back(),
    text("country", "Land", "Country").back(),
    text("owner", "Ansvarig", "Owner").back(),
    list("measures", "Säkerhetsåtgärder", "Security measures").back(),
    day("reviewDue", "Ses över senast", "Review due").back(),
];

const THIRD_PARTIES: &[Column] = &[
    text("name", "Namn", "Name").back(),
    text("kind", "Slag", "Kind").back(),
    text("role", "Roll", "Role").back(),
    text("country", "Land", "Country").back(),
    // What an assessment decided is decided by another.
    text("status", "Ställning", "Status"),
    text("safeguard", "Skydd vid överföring", "Transfer safeguard"),
    text("agreementReference", "Avtal", "Agreement"),
    day("agreementExpiresOn", "Avtalet gäller till och med", "Agreement expires on"),
    day("reviewDue", "Ses över senast", "Review due"),
    list("measures", "Säkerhetsåtgärder", "Security measures"),
    text("privacyContact", "Dataskyddskontakt", "Privacy contact").back(),
    text("subProcessorOf", "Underbiträde till", "Sub-processor of").back(),
    day("announcedOn", "Anmäld", "Announced on").back(),
    day("objectionUntil", "Invändning senast", "Objection until").back(),
];

const SERVICES: &[Column] = &[
    text("key", "Nyckel", "Key").back(),
    text("name", "Namn", "Name").back(),
    text("description", "Beskrivning", "Description").back(),
    list("processedOnBehalf", "Behandlas för kundens räkning", "Processed on behalf").back(),
    text("impactAssessmentReference", "Konsekvensbedömning", "Impact assessment").back(),
];

pub(super) fn tables() -> [Table; 3] {
    [
        table("systems", ("System", "Systems"), SYSTEMS),
        table("third-parties", ("Tredje parter", "Third parties"), THIRD_PARTIES),
        table("services", ("Tjänster", "Services"), SERVICES),
    ]
}

/// The rows of one of these tables: what is in use, by name.
pub(super) fn rows(key: &str, catalog: &Catalog, labels: Labels<'_>) -> Vec<Vec<Cell>> {
    match key {
        "systems" => {
            let used = catalog.systems.values().filter(|row| row.retired_at.is_none());
            sorted(used, |row| row.name.clone(), |row| a_system(labels, row))
        }
        "third-parties" => {
            let used = catalog.third_parties.values().filter(|row| row.status != TrustStatus::Retired);
            sorted(used, |row| row.name.clone(), |row| a_third_party(labels, row))
        }
        _ => {
            let used = catalog.services.values().filter(|row| row.retired_at.is_none());
            sorted(used, |row| row.key.clone(), |row| a_service(row))
        }
    }
}

fn sorted<'a, T: 'a>(
    rows: impl Iterator<Item = &'a T>,
    by: impl Fn(&T) -> String,
    cells: impl Fn(&T) -> Vec<Cell>,
) -> Vec<Vec<Cell>> {
    let mut rows = rows.collect::<Vec<_>>();
    rows.sort_by_key(|row| by(row));
    rows.into_iter().map(cells).collect()
}

fn a_system(labels: Labels<'_>, row: &system::Model) -> Vec<Cell> {
    vec![
        row.name.clone().into(),
        row.third_party_id.map(|id| labels.third_party(id)).into(),
        row.country.clone().into(),
        row.owner.clone().into(),
        row.measures.0.clone().into(),
        row.review_due.into(),
    ]
}

fn a_third_party(labels: Labels<'_>, row: &third_party::Model) -> Vec<Cell> {
    vec![
        row.name.clone().into(),
        row.kind.clone().into(),
        row.role.into_value().into(),
        row.country.clone().into(),
        row.status.into_value().into(),
        row.safeguard.map(ActiveEnum::into_value).into(),
        row.agreement_reference.clone().into(),
        row.agreement_expires_on.into(),
        row.review_due.into(),
        row.measures.0.clone().into(),
        row.privacy_contact.clone().into(),
        row.sub_processor_of.map(|id| labels.third_party(id)).into(),
        row.announced_on.into(),
        row.objection_until.into(),
    ]
}

fn a_service(row: &service::Model) -> Vec<Cell> {
    vec![
        row.key.clone().into(),
        row.name.clone().into(),
        row.description.clone().into(),
        row.processed_on_behalf.0.clone().into(),
        row.impact_assessment_reference.clone().into(),
    ]
}

/// What these are called, in order of that.
pub(super) fn names<T: Copy>(ids: &[T], name: impl Fn(T) -> String) -> Vec<String> {
    let mut names = ids.iter().map(|id| name(*id)).collect::<Vec<_>>();
    names.sort();
    names
}

//! The record of processing activities, as it is now (Art. 30).

use super::{
    columns::{list, table, text},
    content::{Cell, Column, Table, Word},
    labels::Labels,
    making::{Making, NotMade},
    places::names,
    sink::Sink,
};
use crate::domain::{
    catalog::Catalog,
    processing_record::{
        Activity, DrawUpRecord, Gap, ProcessorActivity, Record, Transfer, joint_controllers,
    },
};
use entity::{enums::Sensitivity, ids::ThirdPartyId};
use sea_orm::ActiveEnum;
use std::collections::BTreeSet;

/// Art. 6(1), as the vocabulary's extension for the GDPR calls it.
const LEGAL_BASES: &[(&str, &str)] = &[
    ("CONSENT", "eu-gdpr:A6-1-a"),
    ("CONTRACT", "eu-gdpr:A6-1-b"),
    ("LEGAL_OBLIGATION", "eu-gdpr:A6-1-c"),
    ("VITAL_INTERESTS", "eu-gdpr:A6-1-d"),
    ("PUBLIC_TASK", "eu-gdpr:A6-1-e"),
    ("LEGITIMATE_INTERESTS", "eu-gdpr:A6-1-f"),
];

const MEASURES: Column = list("measures", "Säkerhetsåtgärder (g)", "Security measures (g)")
    .is("dpv:hasTechnicalOrganisationalMeasure");

const ACTIVITIES: &[Column] = &[
    text("key", "Behandling", "Activity"),
    text("service", "Tjänst", "Service").is("dpv:hasService"),
    text("purpose", "Ändamål (b)", "Purpose (b)").is("dpv:hasPurpose"),
    text("legalBasis", "Rättslig grund", "Legal basis").is("dpv:hasLegalBasis").words(LEGAL_BASES),
    text("legitimateInterest", "Berättigat intresse", "Legitimate interest"),
    list("subjects", "Registrerade (c)", "Data subjects (c)").is("dpv:hasDataSubject"),
    list("categories", "Personuppgifter (c)", "Personal data (c)").is("dpv:hasPersonalData"),
    list(
        "specialCategories",
        "Varav känsliga (art. 9) eller om brott (art. 10)",
        "Of these special (Art. 9) or criminal (Art. 10)",
    ),
    list("sources", "Källor", "Sources").is("dpv:hasDataSource"),
    list("systems", "System", "Systems"),
    list("recipients", "Mottagare (d)", "Recipients (d)").is("dpv:hasRecipient"),
    list("recipientKinds", "Slag av mottagare (d)", "Categories of recipients (d)"),
    list("transfers", "Överföring till tredjeland och skydd (e)", "Transfers and safeguards (e)"),
    list("timeLimits", "Tidsfrister för radering (f)", "Time limits for erasure (f)")
        .is("dpv:hasStorageCondition"),
    MEASURES,
    list("gaps", "Luckor", "Gaps"),
];

const PROCESSOR_ACTIVITIES: &[Column] = &[
    text("key", "Behandling", "Activity"),
    text("service", "Tjänst", "Service").is("dpv:hasService"),
    list("processing", "Slag av behandling (b)", "Categories of processing (b)").is("dpv:hasProcessing"),
    list("systems", "System", "Systems"),
    list("subProcessors", "Underbiträden", "Sub-processors").is("dpv:hasDataProcessor"),
    list("transfers", "Överföring till tredjeland och skydd (c)", "Transfers and safeguards (c)"),
    list("measures", "Säkerhetsåtgärder (d)", "Security measures (d)")
        .is("dpv:hasTechnicalOrganisationalMeasure"),
];

const GAPS: &[Column] =
    &[text("article", "Artikel", "Article"), text("text", "Vad som saknas", "What is missing")];

const CONTROLLER: &[Column] = &[text("what", "Vad", "What"), text("value", "Uppgift", "Value")];

pub(super) fn tables() -> Vec<Table> {
    vec![
        table("controller", ("Personuppgiftsansvarig (a)", "Controller (a)"), CONTROLLER),
        table("activities", ("Som ansvarig (30.1)", "As a controller (30(1))"), ACTIVITIES),
        table("processorActivities", ("Som biträde (30.2)", "As a processor (30(2))"), PROCESSOR_ACTIVITIES),
        table("gaps", ("Luckor", "Gaps"), GAPS),
    ]
}

pub(super) async fn write<S: Sink + 'static>(m: &mut Making<'_, S>) -> Result<(), NotMade> {
    let record = m.ask(DrawUpRecord(m.catalog.clone())).await?;
    let (catalog, labels) = (m.catalog.clone(), m.labels());
    for one in tables().into_iter().filter(|one| m.has(one.key)).collect::<Vec<_>>() {
        m.table(&one)?;
        let rows = match one.key {
            "controller" => controller(&catalog, labels),
            "activities" => record.activities.iter().map(|one| activity(&catalog, labels, one)).collect(),
            "processorActivities" => record
                .processor_activities
                .iter()
                .map(|one| processor_activity(&catalog, labels, one))
                .collect(),
            _ => record.gaps.iter().map(|one| gap(&catalog, labels, *one)).collect(),
        };
        for row in rows {
            m.row(&row)?;
        }
        m.keep().await?;
    }
    Ok(())
}

type Row = Vec<Cell>;

fn activity(catalog: &Catalog, labels: Labels<'_>, one: &Activity) -> Row {
    let purpose = catalog.purposes.get(&one.purpose);
    let special = one.categories.iter().filter(|key| {
        let row = catalog.categories.get(*key);
        row.is_some_and(|row| matches!(row.sensitivity, Sensitivity::Special | Sensitivity::Criminal))
    });
    let limits = one.time_limits.iter().map(|limit| {
        let text = limit.text(catalog, labels.locale);
        format!("{}: {text}", labels.category(&limit.category).label)
    });
    let gaps = Record::gaps_of(one, catalog);
    vec![
        one.key.clone().into(),
        one.service.map(|id| labels.service(id).label).into(),
        labels.purpose(&one.purpose).label.into(),
        purpose.map(|row| labels.of(row.legal_basis)).into(),
        purpose.and_then(|row| row.legitimate_interest.clone()).into(),
        one.subjects.iter().map(|kind| labels.of(*kind)).collect::<Vec<Word>>().into(),
        labels.categories(&one.categories).into(),
        labels.categories(special).into(),
        one.sources.iter().map(|channel| labels.of(*channel)).collect::<Vec<Word>>().into(),
        names(&one.systems, |id| labels.system(id)).into(),
        names(&one.recipients, |id| labels.third_party(id)).into(),
        kinds(catalog, &one.recipients).into(),
        transfers(catalog, labels, &one.transfers).into(),
        limits.collect::<Vec<_>>().into(),
        one.measures(catalog).into(),
        gaps.iter().map(|gap| gap.text(catalog, labels.locale)).collect::<Vec<_>>().into(),
    ]
}

fn processor_activity(catalog: &Catalog, labels: Labels<'_>, one: &ProcessorActivity) -> Row {
    vec![
        labels.service(one.service).word.into(),
        labels.service(one.service).label.into(),
        one.processing.clone().into(),
        names(&one.systems, |id| labels.system(id)).into(),
        names(&one.sub_processors, |id| labels.third_party(id)).into(),
        transfers(catalog, labels, &one.transfers).into(),
        one.measures(catalog).into(),
    ]
}

fn gap(catalog: &Catalog, labels: Labels<'_>, gap: Gap) -> Row {
    let letter = gap.letter();
    let article = labels.say("30.1 ", "30(1)").to_owned();
    let article =
        if article.ends_with(' ') { format!("{article}{letter}") } else { format!("{article}({letter})") };
    vec![article.into(), gap.text(catalog, labels.locale).into()]
}

/// The kinds of these third parties, each once.
fn kinds(catalog: &Catalog, parties: &[ThirdPartyId]) -> Vec<String> {
    let kinds = parties.iter().filter_map(|id| catalog.third_parties.get(id)).map(|row| row.kind.clone());
    kinds.collect::<BTreeSet<_>>().into_iter().collect()
}

/// To whom and where, and what makes it lawful.
fn transfers(catalog: &Catalog, labels: Labels<'_>, all: &[Transfer]) -> Vec<String> {
    let one = |transfer: &Transfer| {
        let row = catalog.third_parties.get(&transfer.third_party);
        let safeguard = row.and_then(|row| row.safeguard).map(ActiveEnum::into_value);
        let reference = row.and_then(|row| row.safeguard_reference.clone());
        let missing = || labels.say("skydd saknas", "no safeguard").to_owned();
        let said =
            [Some(safeguard.unwrap_or_else(missing)), reference].into_iter().flatten().collect::<Vec<_>>();
        format!("{} ({}): {}", labels.third_party(transfer.third_party), transfer.country, said.join(", "))
    };
    all.iter().map(one).collect()
}

fn controller(catalog: &Catalog, labels: Labels<'_>) -> Vec<Row> {
    let Some(company) = &catalog.controller else { return Vec::new() };
    let contact = |one: &entity::json::Contact| {
        let rest = [&one.email, &one.phone, &one.address].into_iter().flatten();
        std::iter::once(&one.name).chain(rest).cloned().collect::<Vec<_>>().join(", ")
    };
    let joint = joint_controllers(catalog);
    let joint = names(&joint, |id| labels.third_party(id));
    let said = [
        ("Namn", "Name", Some(company.name.clone())),
        ("Organisationsnummer", "Registration number", company.registration_number.clone()),
        ("Adress", "Address", company.address.clone()),
        ("Land", "Country", Some(company.country.clone())),
        ("E-post", "E-mail", company.email.clone()),
        ("Telefon", "Phone", company.phone.clone()),
        ("Dataskyddsombud", "Data protection officer", company.data_protection_officer.as_ref().map(contact)),
        ("Företrädare", "Representative", company.representative.as_ref().map(contact)),
        ("Gemensamt ansvariga", "Joint controllers", Some(joint.join(", ")).filter(|text| !text.is_empty())),
    ];
    said.into_iter().map(|(sv, en, value)| vec![labels.say(sv, en).into(), value.into()]).collect()
}

//! One customer: where their data is and why, and what there was between them and the company. It shows no profile.

use super::{
    columns::{day, list, moment, table, text},
    content::{Cell, Column, Table},
    customer_history as history,
    making::{Making, NotMade, Pages},
    sink::Sink,
};
use crate::domain::{
    data_location::{LocationFilter, LocationsOf, LocationsOfCustomers},
    justification::{Justification, JustifyLocations},
};
use entity::{
    data_location,
    enums::DataLocationState,
    ids::{CustomerId, DataLocationId},
};
use std::collections::HashMap;

const DATA_LOCATIONS: &[Column] = &[
    text("customer", "Kund", "Customer").back(),
    text("system", "System", "System").back(),
    text("category", "Kategori", "Category").is("dpv:hasPersonalData").back(),
    text("state", "Tillstånd", "State"),
    list("justifiedBy", "Grund", "Justified by"),
    text("thirdParty", "Tredje part", "Third party").is("dpv:hasRecipient"),
    text("country", "Land", "Country").is("dpv:hasCountry"),
    text("sourceChannel", "Källa", "Source").is("dpv:hasDataSource"),
    moment("collectedAt", "Insamlad", "Collected at").back(),
    day("documentDate", "Dokumentdatum", "Document date").back(),
    text("externalReference", "Nyckel i systemet", "Key in the system").back(),
    moment("heldFrom", "Finns från", "Held from"),
    moment("heldTo", "Fanns till", "Held to"),
];

/// What is there no more, or cannot be found: to bring it in again would say that it is there.
fn former() -> Table {
    let there = DATA_LOCATIONS.iter().map(|column| Column { comes_back: false, ..*column });
    table("formerLocations", ("Var uppgifter har funnits", "Where data was"), &there.collect::<Vec<_>>())
}

/// What is in use, kept, or on its way out.
const THERE: [DataLocationState; 3] =
    [DataLocationState::Held, DataLocationState::Restricted, DataLocationState::DisposalPending];

const GONE: [DataLocationState; 3] =
    [DataLocationState::Erased, DataLocationState::Anonymized, DataLocationState::LostTrack];

pub(super) fn tables() -> Vec<Table> {
    let mut all =
        vec![table("data-locations", ("Var uppgifterna finns", "Where the data is"), DATA_LOCATIONS)];
    all.push(former());
    all.extend(history::tables());
    all
}

pub(super) async fn write<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
    reference: &str,
) -> Result<(), NotMade> {
    for one in tables().into_iter().filter(|one| m.has(one.key)).collect::<Vec<_>>() {
        m.table(&one)?;
        match one.key {
            "data-locations" => locations(m, customer, reference, &THERE).await?,
            "formerLocations" => locations(m, customer, reference, &GONE).await?,
            "subscriptions" => history::subscriptions(m, customer).await?,
            "consents" => history::consents(m, customer).await?,
            "recipients" => history::recipients(m, customer).await?,
            "disclosures" => history::disclosures(m, customer).await?,
            "dataRequests" => history::data_requests(m, customer).await?,
            _ => history::access_log(m, customer).await?,
        }
    }
    Ok(())
}

async fn locations<S: Sink + 'static>(
    m: &mut Making<'_, S>,
    customer: CustomerId,
    reference: &str,
    states: &[DataLocationState],
) -> Result<(), NotMade> {
    let filter = LocationFilter { states: Some(states.to_vec()), ..LocationFilter::default() };
    let mut pages = Pages::new();
    while let Some(page) = pages.next() {
        let inquiry = LocationsOfCustomers {
            catalog: m.catalog.clone(),
            customers: vec![customer],
            of: LocationsOf { filter: filter.clone(), page },
        };
        let page = m.ask(inquiry).await?.remove(&customer).unwrap_or_default();
        let lines = pages.entries(page);
        let locations = lines.iter().map(|line| line.id).collect();
        let mut reasons = HashMap::<DataLocationId, Vec<Justification>>::new();
        for fact in m.ask(JustifyLocations { catalog: m.catalog.clone(), locations }).await? {
            reasons.entry(fact.location_id).or_default().push(fact);
        }
        for line in &lines {
            let reasons = reasons.get(&line.id).map(Vec::as_slice).unwrap_or_default();
            m.row(&row(m, line, reference, reasons))?;
        }
        m.keep().await?;
    }
    Ok(())
}

fn row<S: Sink + 'static>(
    m: &Making<'_, S>,
    line: &data_location::Model,
    reference: &str,
    reasons: &[Justification],
) -> Vec<Cell> {
    let labels = m.labels();
    let (holder, country) = labels.holder(line.system_id);
    let mut reasons = reasons.iter().map(|fact| reason(m, fact)).collect::<Vec<_>>();
    reasons.dedup();
    vec![
        reference.into(),
        labels.system(line.system_id).into(),
        labels.category(&line.category).into(),
        labels.of(line.state).into(),
        reasons.into(),
        holder.into(),
        country.into(),
        labels.of(line.source_channel).into(),
        line.collected_at.into(),
        line.document_date.into(),
        line.external_reference.clone().into(),
        line.held_from.into(),
        line.held_to.into(),
    ]
}

/// What lets data be where it is: of which sort, for which service or by which statute, and what for.
fn reason<S: Sink + 'static>(m: &Making<'_, S>, fact: &Justification) -> String {
    let labels = m.labels();
    let need = fact.requirement_id.and_then(|id| m.catalog.requirements.get(&id));
    let service = need.map(|need| labels.service(need.service_id).label);
    let statute =
        fact.rule_id.and_then(|id| m.catalog.retention_rules.get(&id)).map(|rule| rule.statute.clone());
    let purpose = fact.purpose.as_ref().map(|key| labels.purpose(key).label);
    let rest = [service, statute, purpose].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let kind = labels.of(fact.kind).label;
    if rest.is_empty() { kind } else { format!("{kind}: {rest}") }
}

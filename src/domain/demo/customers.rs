//! The example company's customers, registered and served through the same commands as real ones.

use super::{
    CRM, INVOICING, LoadDemo, needs_of,
    people::{PEOPLE, Person, reference},
    progress::{Customer, Progress},
};
use crate::{
    access::{Access, Code, Door, Stop},
    domain::{
        catalog::{Catalog, Catalogs},
        change::Change,
        consent::GrantConsent,
        customer::{ProfileChange, RegisterCustomer},
        data_location::{NewLine, RecordDataLocations},
        disclosure::ShareData,
        gate::{Proposed, proposed},
        notice::DeliverNotice,
        subscription::StartSubscription,
    },
};
use chrono::TimeDelta;
use entity::{
    enums::{Channel, CustomerKind, Locale},
    ids::{CategoryKey, CustomerId, ServiceId, SystemId},
    system,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The number of the customer whose token the demo prints.
pub const CUSTOMER: &str = "K-1001";

/// Makes the example company of a database that has just been seeded, and its customers, unless they are there. Goes on
/// where it was interrupted: each step that was done is on record, and is not done again.
///
/// # Errors
/// When the database is a company's own, or fails.
pub async fn load(door: &Arc<Door>, catalogs: &Catalogs) -> Result<(), Stop> {
    let access = |operation: &str| door.program("demo", operation);
    let references = (0..PEOPLE.len()).map(reference).collect();
    let Some(mut loaded) = access("identify").read(Progress(references)).await? else { return Ok(()) };
    access("loadDemo").write(LoadDemo).await?;
    let catalog = catalogs.refresh().await?;
    // Backwards, so that the customer that is asked for first is the newest, and the last to be complete.
    for (number, person) in PEOPLE.iter().enumerate().rev() {
        let there = loaded.remove(&reference(number));
        let Customer { id: customer, ordered, mut given } = if let Some(there) = there {
            there
        } else {
            register(&access("registerCustomer"), &catalog, number, person).await?
        };
        for key in person.services {
            let Some(service) = catalog.service_by_key(key).map(|service| service.id) else { continue };
            if !ordered.contains(&service) {
                let order = StartSubscription {
                    catalog: catalog.clone(),
                    customer,
                    service,
                    channel: Channel::OrderForm,
                };
                access("startSubscription").write(order).await?;
            }
            // Those that were given are the first of them.
            let mut wished = proposed(&catalog, service);
            let done = given.min(wished.len());
            given -= done;
            wished.drain(..done);
            if !wished.is_empty() {
                ask(&access, &catalog, customer, service).await?;
                share(&access, &catalog, customer, wished, key, number).await?;
            }
        }
        let record = access("recordDataLocations");
        let lines = lines(&record, &catalog, customer, number, person.services)?;
        if !lines.is_empty() {
            record.write(RecordDataLocations { catalog: catalog.clone(), lines }).await?;
        }
    }
    Ok(())
}

async fn register(
    access: &Access,
    catalog: &Arc<Catalog>,
    number: usize,
    person: &Person,
) -> Result<Customer, Stop> {
    let known = person.known(number);
    let command = RegisterCustomer {
        catalog: catalog.clone(),
        reference: known.reference,
        kind: CustomerKind::Person,
        locale: if number % 7 == 3 { Locale::En } else { Locale::Sv },
        profile: ProfileChange {
            name: Change::Set(known.name),
            email: Change::Set(known.email),
            phone: Change::Set(known.phone),
            address: Change::Set(known.address),
            national_id: Change::Set(known.national_id),
        },
        channel: [Channel::OrderForm, Channel::Email, Channel::Phone, Channel::Chat, Channel::Meeting]
            [number % 5],
        returning: false,
    };
    Ok(Customer::new(access.write(command).await?.row.id))
}

/// Tells the customer what the service gives to third parties, and has them allow it.
async fn ask(
    access: &impl Fn(&str) -> Access,
    catalog: &Arc<Catalog>,
    customer: CustomerId,
    service: ServiceId,
) -> Result<(), Stop> {
    let channel = Channel::OrderForm;
    let wished = proposed(catalog, service);
    if wished.is_empty() {
        return Ok(());
    }
    let notice =
        DeliverNotice { catalog: catalog.clone(), customer, service, channel, locale: None, sha256: None };
    let notice = access("deliverNotice").write(notice).await?;
    let mut of = BTreeMap::<_, BTreeSet<CategoryKey>>::new();
    for one in wished {
        of.entry((one.third_party, one.purpose)).or_default().extend(one.categories);
    }
    for ((third_party, purpose), categories) in of {
        if !catalog.purposes.get(&purpose).is_some_and(|purpose| purpose.sharing_needs_consent) {
            continue;
        }
        let grant = GrantConsent {
            catalog: catalog.clone(),
            customer,
            notice: notice.id,
            third_party,
            purpose,
            categories: categories.into_iter().collect(),
            channel,
            evidence: None,
        };
        match access("grantConsent").write(grant).await {
            // An earlier service's consent covers it.
            Err(Stop::Refused(refusals)) if refusals.iter().all(|one| one.code == Code::AlreadyExists) => {}
            outcome => drop(outcome?),
        }
    }
    Ok(())
}

/// A line for each thing that the services need in-house, and for one customer in eight something left over from before.
fn lines(
    access: &Access,
    catalog: &Catalog,
    customer: CustomerId,
    number: usize,
    services: &[&str],
) -> Result<Vec<NewLine>, Stop> {
    let named = |name: &str| {
        let in_house = |row: &&Arc<system::Model>| row.third_party_id.is_none() && !row.built_in;
        catalog.systems.values().find(|row| row.name == name && in_house(row))
    };
    let mut places = BTreeSet::<(SystemId, CategoryKey)>::new();
    for key in services {
        for need in needs_of(key)? {
            places.extend(named(&need.system).map(|system| (system.id, need.category)));
        }
    }
    let line = |(system_id, category): (SystemId, CategoryKey), source_channel| NewLine {
        customer_id: customer,
        external_reference: Some(reference_at(&catalog.systems[&system_id].name, number, &category)),
        category,
        system_id,
        source_channel,
        collected_at: access.now() - TimeDelta::days(i64::try_from(number).unwrap_or(0) * 3),
        document_date: None,
    };
    let mut lines = places.into_iter().map(|place| line(place, Channel::OrderForm)).collect::<Vec<_>>();
    if number % 8 == 4 {
        let left_over =
            named("Projektdatabas").map(|row| (row.id, CategoryKey::from("user.demographic.date_of_birth")));
        lines.extend(left_over.map(|place| line(place, Channel::Import)));
    }
    Ok(lines)
}

/// What a system knows the customer's record by. The two that are databases have one record for each customer.
fn reference_at(system: &str, number: usize, category: &CategoryKey) -> String {
    let number = 1001 + number;
    match system {
        CRM => format!("KR-{number}"),
        INVOICING => format!("FS-{number}"),
        _ => format!("{number}-{}", category.as_str().rsplit('.').next().unwrap_or("x")),
    }
}

/// Gives third parties what the service needs them to have.
async fn share(
    access: &impl Fn(&str) -> Access,
    catalog: &Arc<Catalog>,
    customer: CustomerId,
    wished: Vec<Proposed>,
    service: &str,
    number: usize,
) -> Result<(), Stop> {
    for one in wished {
        let command = ShareData {
            catalog: catalog.clone(),
            customer,
            system: one.system,
            categories: one.categories.into_iter().collect(),
            purpose: one.purpose,
            external_reference: Some(format!("{}-{service}", 1001 + number)),
            channel: Channel::OrderForm,
        };
        access("shareData").write(command).await?;
    }
    Ok(())
}

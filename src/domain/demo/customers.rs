//! The example company's customers, registered and served through the same commands as real ones.

use super::{
    LoadDemo, needs_of,
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

/// A customer: name, date of birth, town, services.
type Person = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// All invented. Their personal numbers have the serial 238, which Skatteverket sets apart for testing.
const PEOPLE: [Person; 24] = [
    ("Anna Almgren", "19850312", "Lund", &["web-hosting", "domain-se", "mail-hosting"]),
    ("Bertil Bäck", "19470923", "Umeå", &["domain-se"]),
    ("Cecilia Crona", "19921104", "Visby", &["managed-wordpress", "domain-se", "newsletter"]),
    ("David Dahl", "19780130", "Kiruna", &["web-hosting", "backup"]),
    ("Elin Ek", "20010617", "Borås", &["web-hosting"]),
    ("Fredrik Frost", "19690805", "Gävle", &["web-shop", "domain-com", "web-analytics"]),
    ("Gunilla Grahn", "19551228", "Ystad", &["domain-se", "mail-hosting"]),
    ("Hampus Hall", "19960219", "Falun", &["managed-wordpress"]),
    ("Ingrid Isaksson", "19630711", "Luleå", &["support-agreement", "web-hosting"]),
    ("Johan Jonsson", "19810426", "Kalmar", &["web-hosting", "domain-se", "ssl-certificate"]),
    ("Karin Kvist", "19740908", "Motala", &["newsletter", "web-analytics"]),
    ("Lars Lind", "19581014", "Skara", &["domain-com"]),
    ("Maria Moberg", "19890522", "Växjö", &["consulting", "web-hosting"]),
    ("Nils Nyman", "20030101", "Piteå", &["mail-hosting"]),
    ("Olga Olofsson", "19660303", "Arvika", &["web-shop", "domain-se", "backup"]),
    ("Per Palm", "19930725", "Nora", &["web-hosting", "newsletter"]),
    ("Rebecka Roos", "19871116", "Mora", &["managed-wordpress", "ssl-certificate"]),
    ("Sven Svärd", "19440604", "Ängelholm", &["domain-se"]),
    ("Tove Thelin", "19990829", "Sigtuna", &["web-hosting", "web-analytics"]),
    ("Ulf Ulfsson", "19710213", "Trosa", &["support-agreement"]),
    ("Vera Viklund", "19841020", "Åmål", &["web-shop", "domain-com", "newsletter"]),
    ("Wille Wiberg", "19910507", "Örebro", &["backup", "web-hosting"]),
    ("Ylva Ymer", "19791202", "Sala", &["consulting"]),
    // Asked for an offer, and has ordered nothing yet.
    ("Zeb Zander", "20000416", "Laholm", &[]),
];

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
        for key in person.3 {
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
        let lines = lines(&record, &catalog, customer, number, person.3)?;
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
    (name, born, town, _): &Person,
) -> Result<Customer, Stop> {
    let mail = name.to_lowercase().replace(' ', ".").replace(['å', 'ä'], "a").replace('ö', "o");
    let command = RegisterCustomer {
        catalog: catalog.clone(),
        reference: reference(number),
        kind: CustomerKind::Person,
        locale: if number % 7 == 3 { Locale::En } else { Locale::Sv },
        profile: ProfileChange {
            name: Change::Set((*name).to_owned()),
            email: Change::Set(format!("{mail}@kund.example")),
            phone: Change::Set(format!("070-174 06 {:02}", 5 + number)),
            address: Change::Set(format!("Exempelgatan {}\n123 45 {town}", 1 + number)),
            national_id: Change::Set(personal_number(born)),
        },
        channel: [Channel::OrderForm, Channel::Email, Channel::Phone, Channel::Chat, Channel::Meeting]
            [number % 5],
    };
    Ok(Customer::new(access.write(command).await?.row.id))
}

fn reference(number: usize) -> String {
    format!("K-{}", 1001 + number)
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
        external_reference: Some(format!(
            "{}-{}",
            1001 + number,
            category.as_str().rsplit('.').next().unwrap_or("x")
        )),
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

/// The personal number of a date of birth and the serial 238, with its check digit (Luhn over the ten digits).
fn personal_number(born: &str) -> String {
    let nine = format!("{}238", &born[2..]);
    let sum = nine.bytes().map(|byte| u32::from(byte - b'0')).enumerate().fold(0, |sum, (place, digit)| {
        let weighted = if place % 2 == 0 { digit * 2 } else { digit };
        sum + weighted / 10 + weighted % 10
    });
    format!("{born}-238{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::NationalId;

    #[test]
    fn every_demo_customer_has_a_valid_number_of_their_own() {
        let today = jiff::civil::date(2026, 1, 1);
        let ids = PEOPLE.map(|person| {
            NationalId::parse(&personal_number(person.1), today).unwrap().normalized().to_owned()
        });
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), PEOPLE.len());
    }
}

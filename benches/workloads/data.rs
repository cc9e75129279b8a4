//! The company that is measured: everything about it is a function of a number, and nobody in it exists.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{enums::LookupKind, ids::CustomerId};
use kartotek::{
    access::Profile,
    crypto::{Context, DataKey, MasterKeys},
    policy::ProfileField,
};
use sea_orm::Value;
use uuid::Uuid;

use crate::{Result, random::Random};

/// A table and some of its rows.
pub struct Rows {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub values: Vec<Vec<Value>>,
}

impl Rows {
    fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { table, columns, values: Vec::new() }
    }
}

const IN_HOUSE: [&str; 10] = [
    "Billing",
    "Warehouse",
    "Support",
    "Ledger",
    "Search",
    "Mailer",
    "Analytics",
    "Archive",
    "Projects",
    "Directory",
];
const OUTSIDE: [&str; 10] =
    ["Payments", "Texts", "Letters", "Adverts", "Fraud", "Courier", "Credit", "Survey", "Helpdesk", "Backup"];
const SERVICES: [&str; 12] = [
    "account",
    "newsletter",
    "loyalty",
    "delivery",
    "insurance",
    "lending",
    "hosting",
    "streaming",
    "forum",
    "rental",
    "academy",
    "concierge",
];
const FIRST: [&str; 10] = ["Ada", "Ben", "Cleo", "Dana", "Egon", "Finn", "Gala", "Hugo", "Ines", "Jan"];
const LAST: [&str; 11] = ["Abel", "Berg", "Cruz", "Dahl", "Ek", "Fox", "Grau", "Holm", "Ito", "Jung", "Kern"];
const CHANNELS: [&str; 3] = ["ORDER_FORM", "EMAIL", "IMPORT"];

/// How many categories the locations are of.
pub const CATEGORIES: usize = 24;

fn system(number: usize) -> Uuid {
    Uuid::from_u128(0x0180_0000_0000_7000_8000_0000_0001_0000 + number as u128)
}

fn third_party(number: usize) -> Uuid {
    Uuid::from_u128(0x0180_0000_0000_7000_8000_0000_0002_0000 + number as u128)
}

fn service(number: usize) -> Uuid {
    Uuid::from_u128(0x0180_0000_0000_7000_8000_0000_0003_0000 + number as u128)
}

/// The id of a customer: the decimal digits of their number stand at its end, where `pgbench` can put them too.
pub fn customer(number: u64) -> CustomerId {
    let digits =
        (0..12).fold(0_u128, |id, place| id | (u128::from(number / 10_u64.pow(place) % 10) << (4 * place)));
    CustomerId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | digits))
}

/// The company's own number of a customer.
pub fn reference(number: u64) -> String {
    format!("K-{number:07}")
}

/// Which customer that is.
pub fn number(reference: &str) -> Option<u64> {
    reference.strip_prefix("K-")?.parse().ok()
}

/// What is on record about a customer.
pub fn profile(number: u64) -> Profile {
    let pick = |words: &[&'static str]| words[usize::try_from(number).unwrap_or_default() % words.len()];
    let (first, last) = (pick(&FIRST), pick(&LAST));
    let mut profile = Profile::default();
    profile.name = Some(format!("{first} {last}"));
    profile.email = Some(format!("{first}.{last}.{number}@kund.example").to_lowercase());
    // The numbers that are set apart for fiction.
    profile.phone = Some(format!("+46701740{}", 605 + number % 95));
    profile.address = Some(format!("Exempelgatan {}\n123 45 Exempelby", number % 300));
    profile
}

/// 20 systems, half of them at a third party each, and 12 services with what each needs.
pub fn company(categories: &[String]) -> Vec<Rows> {
    let text = |text: &str| Value::from(text.to_owned());
    let empty = || Value::from("[]".to_owned());
    let mut parties = Rows::new(
        "third_party",
        &["id", "version", "name", "kind", "role", "country", "status", "safeguard", "measures"],
    );
    let mut systems =
        Rows::new("system", &["id", "version", "name", "third_party_id", "country", "measures", "built_in"]);
    let mut services =
        Rows::new("service", &["id", "version", "key", "name", "processed_on_behalf", "translations"]);
    let mut needs = Rows::new(
        "data_requirement",
        &["id", "service_id", "category", "purpose", "system_id", "on_end", "grace"],
    );
    for (at, name) in IN_HOUSE.into_iter().enumerate() {
        let none = Value::Uuid(None);
        systems.values.push(vec![
            system(at).into(),
            1.into(),
            text(name),
            none,
            text("SE"),
            empty(),
            false.into(),
        ]);
    }
    for (at, name) in OUTSIDE.into_iter().enumerate() {
        parties.values.push(vec![
            third_party(at).into(),
            1.into(),
            text(&format!("{name} AB")),
            text("HOSTING"),
            text("PROCESSOR"),
            text("SE"),
            text("APPROVED"),
            text("EEA"),
            empty(),
        ]);
        systems.values.push(vec![
            system(at + IN_HOUSE.len()).into(),
            1.into(),
            text(name),
            third_party(at).into(),
            text("SE"),
            empty(),
            false.into(),
        ]);
    }
    for (at, key) in SERVICES.into_iter().enumerate() {
        services.values.push(vec![service(at).into(), 1.into(), text(key), text(key), empty(), empty()]);
        for need in 0..8 {
            let id = Uuid::from_u128(0x0180_0000_0000_7000_8000_0000_0004_0000 + (at * 8 + need) as u128);
            needs.values.push(vec![
                id.into(),
                service(at).into(),
                text(&categories[(at * 5 + need * 3) % categories.len()]),
                text("DELIVER_SERVICE"),
                system((at * 7 + need) % 20).into(),
                text("ERASE"),
                text("P30D"),
            ]);
        }
    }
    vec![parties, systems, services, needs]
}

/// These customers with their keys, what they can be found by, what they ordered, and where their data lies.
pub fn customers(
    numbers: std::ops::RangeInclusive<u64>,
    keys: &MasterKeys,
    categories: &[String],
) -> Result<Vec<Rows>> {
    let mut customers = Rows::new(
        "customer",
        &[
            "id",
            "reference",
            "kind",
            "status",
            "status_since",
            "locale",
            "version",
            "channel",
            "profile",
            "created_at",
        ],
    );
    let mut wrapped = Rows::new("subject_key", &["customer_id", "master_key_id", "wrapped"]);
    let mut lookups = Rows::new("customer_lookup", &["customer_id", "kind", "hash"]);
    let mut orders = Rows::new("subscription", &["id", "customer_id", "service_id", "channel", "started_at"]);
    let mut places = Rows::new(
        "data_location",
        &[
            "id",
            "customer_id",
            "category",
            "system_id",
            "external_reference",
            "source_channel",
            "collected_at",
            "recorded_by",
            "state",
            "held_from",
        ],
    );
    let text = |text: &str| Value::from(text.to_owned());
    for number in numbers {
        let (id, at, profile) = (customer(number), created_at(number), profile(number));
        let key = DataKey::generate()?;
        let sealed = key.seal(Context { customer: id, what: "profile" }, &serde_json::to_vec(&profile)?)?;
        customers.values.push(vec![
            id.0.into(),
            reference(number).into(),
            text("PERSON"),
            text("ACTIVE"),
            at.into(),
            text("SV"),
            1.into(),
            text("ORDER_FORM"),
            sealed.into(),
            at.into(),
        ]);
        let key = keys.wrap(id, &key)?;
        wrapped.values.push(vec![id.0.into(), key.key_id.into(), key.bytes.into()]);
        for (kind, word, value) in
            [(LookupKind::Email, "EMAIL", &profile.email), (LookupKind::Phone, "PHONE", &profile.phone)]
        {
            let hash = keys.lookup_hash(kind, value.as_deref().unwrap_or_default()).to_vec();
            lookups.values.push(vec![id.0.into(), text(word), hash.into()]);
        }
        let mut random = Random::new(number);
        let first = random.below(12);
        for order in 0..=random.below(3) {
            let service = service(usize::try_from((first + order * 5) % 12)?);
            let subscription = row_id(at, number * 16 + order);
            orders.values.push(vec![
                subscription.into(),
                id.0.into(),
                service.into(),
                text("ORDER_FORM"),
                at.into(),
            ]);
        }
        // 6 to 14 of them, 10 in the mean: every so many-th combination of a system and a category, so none twice.
        let start = random.below(480);
        for place in 0..6 + number % 9 {
            let pair = usize::try_from((start + place * 53) % 480)?;
            places.values.push(vec![
                row_id(at, number * 16 + place).into(),
                id.0.into(),
                text(&categories[pair % CATEGORIES]),
                system(pair / CATEGORIES).into(),
                format!("rec/{:010x}", random.below(1 << 40)).into(),
                text(CHANNELS[pair % CHANNELS.len()]),
                at.into(),
                text("Import"),
                text("HELD"),
                at.into(),
            ]);
        }
    }
    Ok(vec![customers, wrapped, lookups, orders, places])
}

/// The lines of these customers' profiles, at the system that those are in.
pub fn own(numbers: std::ops::RangeInclusive<u64>, system: Uuid) -> Rows {
    let columns: &[&str] = &[
        "id",
        "customer_id",
        "category",
        "system_id",
        "source_channel",
        "collected_at",
        "recorded_by",
        "state",
        "held_from",
    ];
    let text = |text: &str| Value::from(text.to_owned());
    let mut rows = Rows::new("data_location", columns);
    for number in numbers {
        let at = created_at(number);
        let held = [ProfileField::Name, ProfileField::Email, ProfileField::Phone, ProfileField::Address];
        for (place, field) in (0..).zip(held) {
            rows.values.push(vec![
                // Places of other lines end before.
                row_id(at, number * 20 + place + (1 << 40)).into(),
                customer(number).0.into(),
                text(field.category()),
                system.into(),
                text("IMPORT"),
                at.into(),
                text("Import"),
                text("HELD"),
                at.into(),
            ]);
        }
    }
    rows
}

/// The columns of files with customers, with what they order, and with where their data lies.
pub const HEADERS: [&str; 3] = [
    "reference,name,email,phone,address",
    "customer,service,startedAt",
    "customer,system,category,externalReference,collectedAt",
];

/// The same customers as [`customers`] in the lines of such files; how many lines each has.
pub fn lines(number: u64, categories: &[String], files: &mut [String; 3]) -> Result<[u64; 3]> {
    let [people, orders, places] = files;
    let (reference, profile, at) = (reference(number), profile(number), created_at(number).to_rfc3339());
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    writeln!(
        people,
        "{reference},{},{},{},\"{}\"",
        said(&profile.name),
        said(&profile.email),
        said(&profile.phone),
        said(&profile.address),
    )?;
    let mut random = Random::new(number);
    let (first, ordered) = (random.below(12), random.below(3) + 1);
    for order in 0..ordered {
        let service = SERVICES[usize::try_from((first + order * 5) % 12)?];
        writeln!(orders, "{reference},{service},{at}")?;
    }
    let (start, placed) = (random.below(480), 6 + number % 9);
    for place in 0..placed {
        let pair = usize::try_from((start + place * 53) % 480)?;
        let (category, system) = (&categories[pair % CATEGORIES], pair / CATEGORIES);
        let system =
            IN_HOUSE.get(system).or_else(|| OUTSIDE.get(system - IN_HOUSE.len())).ok_or("no system")?;
        writeln!(places, "{reference},{system},{category},rec/{:010x},{at}", random.below(1 << 40))?;
    }
    Ok([1, ordered, placed])
}

/// Each a minute after the one before.
fn created_at(number: u64) -> DateTime<Utc> {
    let first = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(18_262);
    first + TimeDelta::minutes(i64::try_from(number).unwrap_or_default())
}

/// A UUID of version 7: the time, then a number that no other row of the table has.
fn row_id(at: DateTime<Utc>, number: u64) -> Uuid {
    let milliseconds = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128((milliseconds << 80) | 0x7000_8000_0000_0000_0000 | u128::from(number))
}

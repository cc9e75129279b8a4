//! What systems know people by, as it is put aside: references as they are, anything else only as the keyed hash that
//! customers are found by.

use super::compare::{Keys, Mapped};
use crate::{
    access::{Reader, Stop, Writer},
    domain::{catalog::Catalog, period::today, task::known_before},
    identifier::{Email, NationalId, Phone},
};
use chrono::{DateTime, Utc};
use entity::{
    connector::SqlConnector,
    customer, customer_lookup,
    enums::{LookupKind, SubjectKeyKind},
    ids::{CustomerId, SystemId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap, HashSet};

/// By what of a profile a kind of key is looked up.
pub(super) const fn lookup(kind: SubjectKeyKind) -> Option<LookupKind> {
    match kind {
        SubjectKeyKind::Email => Some(LookupKind::Email),
        SubjectKeyKind::Phone => Some(LookupKind::Phone),
        SubjectKeyKind::NationalId => Some(LookupKind::NationalId),
        SubjectKeyKind::ExternalReference | SubjectKeyKind::Reference => None,
    }
}

const fn key_kind(kind: LookupKind) -> SubjectKeyKind {
    match kind {
        LookupKind::Reference => SubjectKeyKind::Reference,
        LookupKind::Email => SubjectKeyKind::Email,
        LookupKind::Phone => SubjectKeyKind::Phone,
        LookupKind::NationalId => SubjectKeyKind::NationalId,
    }
}

/// A key as it is put aside. What is in no form that a profile could have is nobody's, and still not kept as it is.
pub(super) fn put_aside(r: &Reader, catalog: &Catalog, kind: SubjectKeyKind, key: &str) -> String {
    let Some(kind) = lookup(kind) else { return key.to_owned() };
    let country = catalog.controller.as_ref().map_or("SE", |company| company.country.as_str());
    let normal = match kind {
        LookupKind::Reference => None,
        LookupKind::Email => Email::parse(key).ok().map(|email| email.normalized().to_owned()),
        LookupKind::Phone => Phone::parse(key, country).ok().map(|phone| phone.e164().to_owned()),
        LookupKind::NationalId => {
            let id = NationalId::parse(key, today(r.now(), &catalog.zone())).ok();
            id.map(|id| id.normalized().to_owned())
        }
    };
    hex::encode(r.lookup(kind, normal.as_deref().unwrap_or(key)))
}

/// What a mapping's tables know people by.
pub(super) fn mapped(settings: &SqlConnector) -> Mapped {
    let mut mapped = Mapped::new();
    for table in &settings.tables {
        for column in &table.columns {
            mapped.entry(column.category.clone()).or_default().insert(table.subject_key);
        }
    }
    mapped
}

/// What each of these customers is known by at a system, and of whom it cannot be told in full.
pub(super) async fn keys_of(
    w: &Writer,
    catalog: &Catalog,
    (system, kinds): (SystemId, &BTreeSet<SubjectKeyKind>),
    customers: &[customer::Model],
) -> Result<(HashMap<CustomerId, Keys>, HashSet<CustomerId>), Stop> {
    let mut all = HashMap::<CustomerId, Keys>::new();
    let mut not_all = HashSet::new();
    let by_number = kinds.contains(&SubjectKeyKind::Reference);
    if by_number {
        // No system knows anybody by a pseudonym.
        for customer in customers.iter().filter(|row| row.disposed_as.is_none()) {
            let keys = all.entry(customer.id).or_default();
            keys.entry(SubjectKeyKind::Reference).or_default().insert(customer.reference.clone());
        }
    }
    let lookups = kinds.iter().filter_map(|kind| lookup(*kind)).collect::<Vec<_>>();
    // The number is sealed of those who are gone, and of nobody else.
    let sealed = |row: &&customer::Model| !lookups.is_empty() || (by_number && row.disposed_as.is_some());
    let ids = customers.iter().filter(sealed).map(|customer| customer.id).collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok((all, not_all));
    }
    let theirs = customer_lookup::Entity::find()
        .filter(customer_lookup::Column::CustomerId.is_in(ids.iter().copied()))
        .filter(customer_lookup::Column::Kind.is_in(lookups));
    for row in w.all(theirs).await? {
        let keys = all.entry(row.customer_id).or_default();
        keys.entry(key_kind(row.kind)).or_default().insert(hex::encode(&row.hash));
    }
    for (customer, sealed) in known_before(w, system, &ids).await? {
        let Some(sealed) = sealed else {
            not_all.insert(customer);
            continue;
        };
        let keys = all.entry(customer).or_default();
        for (kind, values) in sealed.iter().filter(|(kind, _)| kinds.contains(kind)) {
            let hashed = values.iter().map(|value| put_aside(w, catalog, *kind, value));
            keys.entry(*kind).or_default().extend(hashed);
        }
    }
    let gone = customers.iter().filter(|row| by_number && row.disposed_as.is_some()).map(|row| row.id);
    leave_to_others(w, &mut all, &gone.collect::<Vec<_>>()).await?;
    Ok((all, not_all))
}

/// Whoever has a number now is meant by it, and not who is gone: what is theirs would be taken for something that came back.
async fn leave_to_others(
    w: &Writer,
    all: &mut HashMap<CustomerId, Keys>,
    gone: &[CustomerId],
) -> Result<(), Stop> {
    let numbers = gone.iter().filter_map(|id| all.get(id)?.get(&SubjectKeyKind::Reference));
    let numbers = numbers.flatten().cloned().collect::<BTreeSet<_>>();
    if numbers.is_empty() {
        return Ok(());
    }
    let others = w.all(customer::Entity::find().filter(customer::Column::Reference.is_in(numbers))).await?;
    let taken = others.into_iter().map(|row| row.reference).collect::<HashSet<_>>();
    for id in gone {
        if let Some(numbers) = all.get_mut(id).and_then(|keys| keys.get_mut(&SubjectKeyKind::Reference)) {
            numbers.retain(|number| !taken.contains(number));
        }
    }
    Ok(())
}

/// Since when a run is somebody else's, unless it is gone on with.
pub(super) fn taken_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + chrono::TimeDelta::minutes(5)
}

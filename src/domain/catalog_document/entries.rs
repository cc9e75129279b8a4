//! What of the reference data a document can name: what is in use.

use crate::domain::{catalog::Catalog, demo};
use entity::{
    data_category,
    enums::TrustStatus,
    ids::{CategoryKey, SystemId, ThirdPartyId},
    purpose, retention_rule, service, system, third_party,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// What is in use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries<'a>(pub(super) &'a Catalog);

impl<'a> Entries<'a> {
    pub(super) fn categories(self) -> impl Iterator<Item = &'a data_category::Model> {
        in_use(self.0.categories.values(), |row| row.retired_at.is_none())
    }

    pub(super) fn purposes(self) -> impl Iterator<Item = &'a purpose::Model> {
        in_use(self.0.purposes.values(), |row| row.retired_at.is_none())
    }

    pub(super) fn rules(self) -> impl Iterator<Item = &'a retention_rule::Model> {
        in_use(self.0.retention_rules.values(), |row| row.retired_at.is_none())
    }

    pub(super) fn third_parties(self) -> impl Iterator<Item = &'a third_party::Model> {
        in_use(self.0.third_parties.values(), |row| row.status != TrustStatus::Retired)
    }

    pub(super) fn systems(self) -> impl Iterator<Item = &'a system::Model> {
        in_use(self.0.systems.values(), |row| row.retired_at.is_none())
    }

    pub(super) fn services(self) -> impl Iterator<Item = &'a service::Model> {
        in_use(self.0.services.values(), |row| row.retired_at.is_none())
    }

    pub(super) fn party_named(self, name: &str) -> Option<&'a third_party::Model> {
        self.third_parties().find(|row| row.name == name)
    }

    pub(super) fn system_named(self, name: &str) -> Option<&'a system::Model> {
        self.systems().find(|row| row.name == name)
    }

    /// The third parties by their names.
    pub(super) fn party_ids(self) -> BTreeMap<String, ThirdPartyId> {
        self.third_parties().map(|row| (row.name.clone(), row.id)).collect()
    }

    /// The systems by their names.
    pub(super) fn system_ids(self) -> BTreeMap<String, SystemId> {
        self.systems().map(|row| (row.name.clone(), row.id)).collect()
    }
}

fn in_use<'a, M: 'a>(
    rows: impl Iterator<Item = &'a Arc<M>>,
    is_live: impl Fn(&M) -> bool,
) -> impl Iterator<Item = &'a M> {
    rows.map(|row| &**row).filter(move |row| is_live(row))
}

/// The kinds of data that every installation ships with, as they are in a new one.
pub(super) fn shipped() -> &'static BTreeMap<CategoryKey, data_category::Model> {
    static SHIPPED: LazyLock<BTreeMap<CategoryKey, data_category::Model>> = LazyLock::new(|| {
        // A test reads the file: it is there.
        let rows = demo::shipped_categories().unwrap_or_default();
        rows.into_iter().map(|row| (row.key.clone(), row)).collect()
    });
    &SHIPPED
}

//! What a service would send to third parties, by what it needs.

use super::judge::{Proposed, Rules};
use crate::domain::catalog::Catalog;
use chrono::NaiveDate;
use entity::{
    data_requirement,
    ids::{PurposeKey, ServiceId, ThirdPartyId},
    third_party,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What having the service would send to each system of a third party, for each purpose.
#[must_use]
pub fn proposed(catalog: &Catalog, service: ServiceId) -> Vec<Proposed> {
    let mut of = BTreeMap::new();
    for need in catalog.requirements_of(service) {
        let Some(third_party) = third_party_of(catalog, need) else { continue };
        let one = of.entry((third_party, need.system_id, need.purpose.clone())).or_insert_with(|| Proposed {
            third_party,
            system: need.system_id,
            purpose: need.purpose.clone(),
            categories: BTreeSet::new(),
        });
        one.categories.insert(need.category.clone());
    }
    of.into_values().collect()
}

fn third_party_of(catalog: &Catalog, need: &Arc<data_requirement::Model>) -> Option<ThirdPartyId> {
    catalog.systems.get(&need.system_id)?.third_party_id
}

/// The rules of a catalogue, on a day.
#[derive(Clone, Debug)]
pub struct RulesOf<'a> {
    pub catalog: &'a Catalog,
    pub today: NaiveDate,
}

impl Rules for RulesOf<'_> {
    fn third_party(&self, id: ThirdPartyId) -> Option<&third_party::Model> {
        self.catalog.third_parties.get(&id).map(AsRef::as_ref)
    }

    fn needs_consent(&self, purpose: &PurposeKey) -> bool {
        // Unless somebody said otherwise, it does.
        self.catalog.purposes.get(purpose).is_none_or(|purpose| purpose.sharing_needs_consent)
    }

    fn today(&self) -> NaiveDate {
        self.today
    }
}

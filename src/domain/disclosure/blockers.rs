//! What stands in the way of what was refused, in full: a refusal has one line for each thing.

use crate::{
    access::{Inquiry, Reader, Stop},
    domain::{
        catalog::Catalog,
        gate::{Blocker, Proposed, RulesOf, standings},
        period::day_of,
    },
    policy::{Action, Target},
};
use entity::ids::{CategoryKey, CustomerId, PurposeKey, SystemId};
use std::{collections::BTreeSet, sync::Arc};

/// Something that was to go to a third party's system.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub customer: CustomerId,
    pub system: SystemId,
    pub categories: BTreeSet<CategoryKey>,
    /// `None`: for whatever a live service needs each of them there.
    pub purpose: Option<PurposeKey>,
}

/// What stands in the way of these right now, each thing once.
#[derive(Clone, Debug)]
pub struct BlockersOf {
    pub catalog: Arc<Catalog>,
    pub attempts: Vec<Attempt>,
}

impl Inquiry for BlockersOf {
    const ACTION: Action = Action::CheckDisclosure;
    const SNAPSHOT: bool = true;
    type Output = Vec<Blocker>;

    fn target(&self) -> Target {
        let customers = self.attempts.iter().map(|one| one.customer).collect::<BTreeSet<_>>();
        Target::customers(&customers.into_iter().collect::<Vec<_>>())
    }

    async fn run(self, r: &Reader) -> Result<Vec<Blocker>, Stop> {
        let rules = RulesOf { catalog: &self.catalog, today: day_of(r.now(), &self.catalog.zone()) };
        let all = standings(r, &self.attempts.iter().map(|one| one.customer).collect()).await?;
        let mut found = Vec::<Blocker>::new();
        for Attempt { customer, system, categories, purpose } in self.attempts {
            let party = self.catalog.systems.get(&system).and_then(|system| system.third_party_id);
            let (Some(standing), Some(third_party)) = (all.get(&customer), party) else { continue };
            let blockers = if let Some(purpose) = purpose {
                standing.blockers(&[Proposed { third_party, system, purpose, categories }], &rules)
            } else {
                let of = |key: &CategoryKey| standing.blockers_at(third_party, system, key, &rules);
                categories.iter().flat_map(of).collect()
            };
            for blocker in blockers {
                if !found.contains(&blocker) {
                    found.push(blocker);
                }
            }
        }
        Ok(found)
    }
}

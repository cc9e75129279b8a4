//! Whose sub-processor is whose.

use crate::{
    access::{Code, Refusal, Stop, Writer},
    domain::{catalog::live, checks::Checks},
};
use chrono::NaiveDate;
use entity::{enums::TrustStatus, ids::ThirdPartyId, third_party};
use sea_orm::EntityTrait;
use std::collections::{BTreeMap, BTreeSet};

/// Whether `parent` can be whom `party` (none yet, when it is new) works for.
pub(super) async fn check(
    parent: ThirdPartyId,
    party: Option<ThirdPartyId>,
    w: &Writer,
    checks: &mut Checks,
) -> Result<(), Stop> {
    let row = w.one(third_party::Entity::find_by_id(parent)).await?;
    let is_retired = |row: &third_party::Model| row.status == TrustStatus::Retired;
    let found = checks.must(live(row, is_retired, "subProcessorOfId", "third party"));
    let (Some(_), Some(party)) = (found, party) else { return Ok(()) };
    let parents = w.all(third_party::Entity::find()).await?;
    let parents = parents.into_iter().filter_map(|row| Some((row.id, row.sub_processor_of?))).collect();
    if leads_to(parent, party, &parents) {
        let message = "It would become its own sub-processor, by way of this one.";
        checks.add(Refusal::new(Code::Cycle, message).at("subProcessorOfId"));
    }
    Ok(())
}

/// Whether the way up from `from` comes by `to`.
fn leads_to(from: ThirdPartyId, to: ThirdPartyId, parents: &BTreeMap<ThirdPartyId, ThirdPartyId>) -> bool {
    let (mut here, mut seen) = (Some(from), BTreeSet::new());
    while let Some(id) = here.filter(|id| seen.insert(*id)) {
        if id == to {
            return true;
        }
        here = parents.get(&id).copied();
    }
    false
}

/// The last day to object cannot come before the announcement.
pub(super) fn check_window(announced: Option<NaiveDate>, until: Option<NaiveDate>, checks: &mut Checks) {
    if let (Some(announced), Some(until)) = (announced, until)
        && until < announced
    {
        checks.refuse("objectionUntil", Code::OutOfRange, "This is before the announcement.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn finds_the_way_up_and_does_not_run_in_circles() {
        let id = |n| ThirdPartyId(Uuid::from_u128(n));
        let parents = BTreeMap::from([(id(1), id(2)), (id(2), id(3)), (id(8), id(9)), (id(9), id(8))]);
        assert!(leads_to(id(1), id(3), &parents));
        assert!(leads_to(id(3), id(3), &parents));
        assert!(!leads_to(id(3), id(1), &parents));
        assert!(!leads_to(id(8), id(1), &parents));
    }
}

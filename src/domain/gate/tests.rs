//! The gate beside the rule in plain words, for standings and wishes as chance would have them.

use super::judge::{Allowed, BlockerCode, Proposed, Rules, Standing};
use chrono::NaiveDate;
use entity::{
    enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
    ids::{CategoryKey, ConsentId, PurposeKey, SystemId, ThirdPartyId},
    json::Texts,
    third_party,
};
use proptest::{collection::btree_set, prelude::*};
use std::collections::BTreeSet;
use uuid::Uuid;

const CATEGORIES: [&str; 3] = ["user.name", "user.contact.email", "user.payment"];
/// Sharing for the first needs consent, for the second it does not.
const PURPOSES: [&str; 2] = ["DELIVER_SERVICE", "ACCOUNTING"];

fn id(number: u8) -> Uuid {
    Uuid::from_u128(number.into())
}

/// Two third parties: one that is trusted, and one that is as chance has it.
#[derive(Debug)]
struct Company(Vec<third_party::Model>);

impl Rules for Company {
    fn third_party(&self, wanted: ThirdPartyId) -> Option<&third_party::Model> {
        self.0.iter().find(|party| party.id == wanted)
    }

    fn needs_consent(&self, purpose: &PurposeKey) -> bool {
        purpose.0 == PURPOSES[0]
    }

    fn today(&self) -> NaiveDate {
        day(100)
    }
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(2026, number).unwrap()
}

fn party(number: u8, status: TrustStatus, review: u32, abroad: bool, agreed: bool) -> third_party::Model {
    third_party::Model {
        id: ThirdPartyId(id(number)),
        version: 1,
        name: "A third party".to_owned(),
        kind: "HOSTING".to_owned(),
        role: ThirdPartyRole::Processor,
        country: if abroad { "US" } else { "SE" }.to_owned(),
        privacy_contact: None,
        status,
        agreement_reference: agreed.then(|| "A-1".to_owned()),
        agreement_signed_on: agreed.then(|| day(1)),
        agreement_expires_on: None,
        safeguard: (!abroad).then_some(TransferSafeguard::Eea),
        safeguard_reference: None,
        measures: Texts(vec![]),
        review_due: Some(day(review)),
        sub_processor_of: None,
        announced_on: None,
        objection_until: None,
    }
}

/// The rule in words: approved, its review not overdue, an agreement signed, and in the EEA (none here has a safeguard).
fn is_trusted(party: &third_party::Model) -> bool {
    party.status == TrustStatus::Approved
        && party.review_due.is_some_and(|due| due >= day(100))
        && party.agreement_signed_on.is_some()
        && party.country == "SE"
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

prop_compose! {
    fn proposed()(party in 1u8..=2, purpose in one_of(&PURPOSES), categories in btree_set(one_of(&CATEGORIES), 1..=3))
        -> Proposed {
        Proposed {
            third_party: ThirdPartyId(id(party)),
            system: SystemId(id(party)),
            purpose: PurposeKey(purpose),
            categories: categories.into_iter().map(CategoryKey).collect(),
        }
    }
}

prop_compose! {
    fn standing()(
        restricted in prop::bool::weighted(0.1),
        needed in btree_set((1u8..=2, one_of(&PURPOSES), one_of(&CATEGORIES)), 0..=12),
        told in btree_set((1u8..=2, one_of(&PURPOSES), one_of(&CATEGORIES)), 0..=12),
        consents in prop::collection::vec(proposed(), 0..=4),
    ) -> Standing {
        let consent = |(number, one): (usize, Proposed)| Allowed {
            consent: ConsentId(id(u8::try_from(number).unwrap())),
            third_party: one.third_party,
            purpose: one.purpose,
            categories: one.categories,
        };
        Standing {
            restricted,
            needed: needed.into_iter()
                .map(|(at, purpose, category)| (SystemId(id(at)), PurposeKey(purpose), CategoryKey(category)))
                .collect(),
            told: told.into_iter()
                .map(|(to, purpose, category)| (ThirdPartyId(id(to)), PurposeKey(purpose), CategoryKey(category)))
                .collect(),
            consents: consents.into_iter().enumerate().map(consent).collect(),
        }
    }
}

prop_compose! {
    fn company()(
        status in prop::sample::select(&[
            TrustStatus::Proposed, TrustStatus::Approved, TrustStatus::Approved, TrustStatus::Suspended,
            TrustStatus::Retired,
        ][..]),
        review in 99u32..=101,
        abroad in prop::bool::weighted(0.2),
        agreed in prop::bool::weighted(0.8),
    ) -> Company {
        Company(vec![party(1, TrustStatus::Approved, 101, false, true), party(2, status, review, abroad, agreed)])
    }
}

proptest! {
    #[test]
    fn what_passes_is_trusted_needed_told_and_allowed_and_all_that_is_passes(
        standing in standing(),
        company in company(),
        wished in prop::collection::vec(proposed(), 1..=2),
    ) {
        let found = standing.blockers(&wished, &company).into_iter().map(|one| one.code);
        let found = found.collect::<BTreeSet<_>>();
        let parties = wished.iter().filter_map(|one| company.third_party(one.third_party));
        prop_assert_eq!(parties.clone().all(is_trusted), !found.iter().any(|code| matches!(
            code,
            BlockerCode::ThirdPartyNotApproved | BlockerCode::ReviewOverdue
                | BlockerCode::NoAgreement | BlockerCode::NoTransferSafeguard
        )));
        prop_assert_eq!(standing.restricted, found.contains(&BlockerCode::CustomerRestricted));
        let all = |there: &dyn Fn(&Proposed, &CategoryKey) -> bool| {
            wished.iter().all(|one| one.categories.iter().all(|category| there(one, category)))
        };
        let needed = all(&|one, category| {
            standing.needed.contains(&(one.system, one.purpose.clone(), category.clone()))
        });
        prop_assert_eq!(needed, !found.contains(&BlockerCode::NotRequiredByALiveService));
        let told = all(&|one, category| {
            standing.told.contains(&(one.third_party, one.purpose.clone(), category.clone()))
        });
        prop_assert_eq!(told, !found.contains(&BlockerCode::NoticeNotDelivered));
        // One consent for all that goes to one place for one purpose, however often it is named.
        let allowed = wished.iter().all(|one| {
            let together = wished.iter().filter(|other| {
                (other.third_party, other.system, &other.purpose) == (one.third_party, one.system, &one.purpose)
            });
            let together = together.flat_map(|other| other.categories.clone()).collect::<BTreeSet<_>>();
            one.purpose.0 != PURPOSES[0]
                || standing.consents.iter().any(|consent| {
                    consent.third_party == one.third_party
                        && consent.purpose == one.purpose
                        && together.is_subset(&consent.categories)
                })
        });
        prop_assert_eq!(allowed, !found.contains(&BlockerCode::ConsentMissing));
    }
}

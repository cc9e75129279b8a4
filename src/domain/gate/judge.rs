//! The one gate that data passes on its way to a third party. Pure: facts in, what stands in the way out.

use crate::{access::Code, domain::third_party};
use entity::{
    ids::{CategoryKey, ConsentId, PurposeKey, SystemId, ThirdPartyId},
    third_party::Model as ThirdParty,
};
use std::collections::{BTreeMap, BTreeSet};

const NOT_NEEDED: &str = "No service that the customer has needs it there: start the service first, or record it with the channel IMPORT if \
     it lies there already.";

/// What would go to one system of a third party for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub third_party: ThirdPartyId,
    pub system: SystemId,
    pub purpose: PurposeKey,
    pub categories: BTreeSet<CategoryKey>,
}

/// What is on record about a customer that the gate asks for.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Processing is restricted (Art. 18).
    pub restricted: bool,
    /// What their live services need at third parties' systems.
    pub needed: BTreeSet<(SystemId, PurposeKey, CategoryKey)>,
    /// What they were told, as far as it still reads so.
    pub told: BTreeSet<(ThirdPartyId, PurposeKey, CategoryKey)>,
    /// Consents in force, oldest first.
    pub consents: Vec<Allowed>,
}

/// A consent in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub consent: ConsentId,
    pub third_party: ThirdPartyId,
    pub purpose: PurposeKey,
    pub categories: BTreeSet<CategoryKey>,
}

/// What the reference data says of a third party and a purpose.
pub trait Rules {
    /// The third party, as it is now.
    fn third_party(&self, id: ThirdPartyId) -> Option<&ThirdParty>;
    /// Whether sharing for the purpose needs consent.
    fn needs_consent(&self, purpose: &PurposeKey) -> bool;
    /// Today, where the company is.
    fn today(&self) -> chrono::NaiveDate;
}

/// What can stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockerCode {
    ThirdPartyNotApproved,
    ReviewOverdue,
    NoAgreement,
    NoTransferSafeguard,
    NotRequiredByALiveService,
    NoticeNotDelivered,
    ConsentMissing,
    CustomerRestricted,
}

impl From<BlockerCode> for Code {
    fn from(code: BlockerCode) -> Self {
        match code {
            BlockerCode::ThirdPartyNotApproved => Self::ThirdPartyNotApproved,
            BlockerCode::ReviewOverdue => Self::ReviewOverdue,
            BlockerCode::NoAgreement => Self::NoAgreement,
            BlockerCode::NoTransferSafeguard => Self::NoTransferSafeguard,
            BlockerCode::NotRequiredByALiveService => Self::NotRequiredByALiveService,
            BlockerCode::NoticeNotDelivered => Self::NoticeNotDelivered,
            BlockerCode::ConsentMissing => Self::ConsentMissing,
            BlockerCode::CustomerRestricted => Self::CustomerRestricted,
        }
    }
}

impl From<third_party::BlockerCode> for BlockerCode {
    fn from(code: third_party::BlockerCode) -> Self {
        match code {
            third_party::BlockerCode::ThirdPartyNotApproved => Self::ThirdPartyNotApproved,
            third_party::BlockerCode::ReviewOverdue => Self::ReviewOverdue,
            third_party::BlockerCode::NoAgreement => Self::NoAgreement,
            third_party::BlockerCode::NoTransferSafeguard => Self::NoTransferSafeguard,
        }
    }
}

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    pub code: BlockerCode,
    pub third_party: Option<ThirdPartyId>,
    pub purpose: Option<PurposeKey>,
    /// Those concerned; empty: all.
    pub categories: BTreeSet<CategoryKey>,
    /// What to do about it.
    pub message: &'static str,
}

impl Standing {
    /// All that stands in the way of giving these to third parties right now. Empty: nothing does.
    pub fn blockers(&self, proposed: &[Proposed], rules: &impl Rules) -> Vec<Blocker> {
        let mut found = Vec::new();
        if self.restricted {
            found.push(Blocker {
                code: BlockerCode::CustomerRestricted,
                third_party: None,
                purpose: None,
                categories: BTreeSet::new(),
                message: "Processing is restricted on the customer's request (Art. 18): lift the restriction first.",
            });
        }
        let parties = proposed.iter().map(|one| one.third_party).collect::<BTreeSet<_>>();
        for id in parties {
            found.extend(distrust(id, rules));
        }
        for one in merged(proposed) {
            found.extend(self.lacking(&one, rules));
        }
        found
    }

    /// What stands in the way of one category at one place, for whatever a live service needs it there: for one of
    /// those purposes it must be allowed. Without any, for none.
    pub fn blockers_at(
        &self,
        third_party: ThirdPartyId,
        system: SystemId,
        category: &CategoryKey,
        rules: &impl Rules,
    ) -> Vec<Blocker> {
        let here = self.needed.iter().filter(|(place, _, kind)| *place == system && kind == category);
        let wish = |(_, purpose, _): &(SystemId, PurposeKey, CategoryKey)| Proposed {
            third_party,
            system,
            purpose: purpose.clone(),
            categories: BTreeSet::from([category.clone()]),
        };
        let least = here.map(|need| self.blockers(&[wish(need)], rules)).min_by_key(Vec::len);
        least.unwrap_or_else(|| {
            let mut found = distrust(third_party, rules);
            found.push(Blocker {
                code: BlockerCode::NotRequiredByALiveService,
                third_party: Some(third_party),
                purpose: None,
                categories: BTreeSet::from([category.clone()]),
                message: NOT_NEEDED,
            });
            found
        })
    }

    /// The consent in force that covers all of it.
    #[must_use]
    pub fn consent(&self, proposed: &Proposed) -> Option<ConsentId> {
        let covers = |allowed: &&Allowed| {
            allowed.third_party == proposed.third_party
                && allowed.purpose == proposed.purpose
                && proposed.categories.is_subset(&allowed.categories)
        };
        // The newest: it is the one that was meant.
        self.consents.iter().rev().find(covers).map(|allowed| allowed.consent)
    }

    /// What a live service, a notice or a consent is missing for.
    fn lacking(&self, one: &Proposed, rules: &impl Rules) -> Vec<Blocker> {
        let (third_party, purpose) = (one.third_party, &one.purpose);
        let without = |there: &dyn Fn(&CategoryKey) -> bool| {
            one.categories.iter().filter(|category| !there(category)).cloned().collect::<BTreeSet<_>>()
        };
        let blocker = |code, categories: BTreeSet<CategoryKey>, message| {
            let blocker = Blocker {
                code,
                third_party: Some(third_party),
                purpose: Some(purpose.clone()),
                categories,
                message,
            };
            (!blocker.categories.is_empty()).then_some(blocker)
        };
        let key = |category: &CategoryKey| (one.system, purpose.clone(), category.clone());
        let told = |category: &CategoryKey| (third_party, purpose.clone(), category.clone());
        let unallowed = if !rules.needs_consent(purpose) || self.consent(one).is_some() {
            BTreeSet::new()
        } else {
            let allowed = |category: &CategoryKey| {
                self.consents.iter().any(|allowed| {
                    allowed.third_party == third_party
                        && allowed.purpose == *purpose
                        && allowed.categories.contains(category)
                })
            };
            let missing = without(&allowed);
            // Each is allowed by another consent: none is for what is to be given.
            if missing.is_empty() { one.categories.clone() } else { missing }
        };
        [
            blocker(
                BlockerCode::NotRequiredByALiveService,
                without(&|category| self.needed.contains(&key(category))),
                NOT_NEEDED,
            ),
            blocker(
                BlockerCode::NoticeNotDelivered,
                without(&|category| self.told.contains(&told(category))),
                "The customer has not been told, or it reads differently by now: deliver a notice first.",
            ),
            blocker(
                BlockerCode::ConsentMissing,
                unallowed,
                "The customer has not allowed it: ask, and record the consent.",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What stands in the way whoever the customer is.
fn distrust(id: ThirdPartyId, rules: &impl Rules) -> Vec<Blocker> {
    let Some(row) = rules.third_party(id) else { return Vec::new() };
    let blocker = |blocker: third_party::Blocker| Blocker {
        code: blocker.code.into(),
        third_party: Some(id),
        purpose: None,
        categories: BTreeSet::new(),
        message: blocker.message,
    };
    third_party::blockers(row, rules.today()).into_iter().map(blocker).collect()
}

/// The same place and purpose named twice is one.
fn merged(proposed: &[Proposed]) -> Vec<Proposed> {
    let mut of = BTreeMap::<_, BTreeSet<CategoryKey>>::new();
    for one in proposed {
        let key = (one.third_party, one.system, one.purpose.clone());
        of.entry(key).or_default().extend(one.categories.iter().cloned());
    }
    let proposed =
        |((third_party, system, purpose), categories)| Proposed { third_party, system, purpose, categories };
    of.into_iter().map(proposed).collect()
}

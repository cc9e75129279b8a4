//! What would go to third parties if a customer had a service, and what stands in the way.

use crate::{
    access::{Inquiry, Reader, Stop},
    domain::{
        catalog::Catalog,
        checks::not_found,
        gate::{Blocker, Proposed, Rules, RulesOf, proposed, standings},
        notice,
        period::day_of,
    },
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::Locale,
    ids::{ConsentId, CustomerId, ServiceId},
};
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, sync::Arc};

/// Asks the gate beforehand.
#[derive(Clone, Debug)]
pub struct CheckDisclosure {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub service: ServiceId,
    /// The language of the notice; the customer's own unless told.
    pub locale: Option<Locale>,
}

/// The gate's answer.
#[derive(Clone, Debug)]
pub struct Check {
    /// What would go where, whether that needs consent, and the one in force that covers it.
    pub proposed: Vec<(Proposed, bool, Option<ConsentId>)>,
    /// Empty: all of it may go there right now.
    pub blockers: Vec<Blocker>,
    /// What the customer must be told, word for word, and the SHA-256 of its UTF-8.
    pub text: String,
    pub sha256: [u8; 32],
}

impl Inquiry for CheckDisclosure {
    const ACTION: Action = Action::CheckDisclosure;
    const SNAPSHOT: bool = true;
    type Output = Check;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, r: &Reader) -> Result<Check, Stop> {
        let customer = r.one(customer::Entity::find_by_id(self.customer)).await?;
        let Some(customer) = customer else { return Err(not_found("customerId", "customer")) };
        let Some(service) = self.catalog.services.get(&self.service) else {
            return Err(not_found("serviceId", "service"));
        };
        let today = day_of(r.now(), &self.catalog.zone());
        let rules = RulesOf { catalog: &self.catalog, today };
        let wished = proposed(&self.catalog, service.id);
        let all = standings(r, &BTreeSet::from([customer.id])).await?;
        let standing = all.get(&customer.id).cloned().unwrap_or_default();
        let text = notice::text(&rules, service, &wished, self.locale.unwrap_or(customer.locale));
        let sha256 = Sha256::digest(text.as_bytes()).into();
        let blockers = standing.blockers(&wished, &rules);
        let with = |one: Proposed| {
            let (needed, consent) = (rules.needs_consent(&one.purpose), standing.consent(&one));
            (one, needed, consent)
        };
        Ok(Check { proposed: wished.into_iter().map(with).collect(), blockers, text, sha256 })
    }
}

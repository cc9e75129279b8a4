//! What is on record about customers that the gate asks for: one statement for each kind of fact, for any number of
//! customers.

use super::judge::{Allowed, Standing};
use crate::{
    access::{Reader, Sql, Stop},
    domain::justification::NOT_OBJECTED,
};
use entity::{
    enums::CustomerStatus,
    ids::{CategoryKey, ConsentId, CustomerId, PurposeKey, SystemId, ThirdPartyId},
    touch::Touch,
};
use sea_orm::FromQueryResult;
use std::collections::{BTreeSet, HashMap};

#[derive(FromQueryResult)]
struct Status {
    id: CustomerId,
    status: CustomerStatus,
}

#[derive(FromQueryResult)]
struct Needed {
    customer_id: CustomerId,
    system_id: SystemId,
    purpose: PurposeKey,
    category: CategoryKey,
}

#[derive(FromQueryResult)]
struct Told {
    customer_id: CustomerId,
    third_party_id: ThirdPartyId,
    purpose: PurposeKey,
    category: CategoryKey,
}

#[derive(FromQueryResult)]
struct Consent {
    id: ConsentId,
    customer_id: CustomerId,
    third_party_id: ThirdPartyId,
    purpose: PurposeKey,
    category: CategoryKey,
}

/// What live services need at third parties, save what the customer objects to.
const NEEDED: &str = "SELECT DISTINCT s.customer_id, r.system_id, r.purpose, r.category FROM subscription s \
    JOIN data_requirement r ON r.service_id = s.service_id AND r.retired_at IS NULL \
    JOIN system y ON y.id = r.system_id AND y.third_party_id IS NOT NULL \
    WHERE s.ended_at IS NULL";

/// Only what still reads so: somewhere else, with another safeguard, or with another need of consent, it does not.
const TOLD: &str = "SELECT DISTINCT l.customer_id, l.third_party_id, l.purpose, l.category FROM notice_line l \
    JOIN third_party t ON t.id = l.third_party_id AND t.country = l.country \
    AND coalesce(t.safeguard, '') = coalesce(l.safeguard, '') \
    JOIN purpose p ON p.key = l.purpose AND p.sharing_needs_consent = l.consent_needed WHERE l.customer_id IN ";

const CONSENTS: &str = "SELECT c.id, c.customer_id, c.third_party_id, c.purpose, g.category FROM consent c \
    JOIN consent_category g ON g.consent_id = c.id WHERE c.ended_at IS NULL AND c.customer_id IN ";

/// The standing of each of these customers that there are.
pub(in crate::domain) async fn standings(
    r: &Reader,
    customers: &BTreeSet<CustomerId>,
) -> Result<HashMap<CustomerId, Standing>, Stop> {
    let of = |text: &str| {
        let mut sql = Sql::new(text);
        sql.list(customers.iter().map(|id| id.0));
        sql
    };
    let status = r.rows(of("SELECT id, status FROM customer WHERE id IN "), |row: &Status| Touch::of(row.id));
    let standing = |row: Status| {
        let restricted = row.status == CustomerStatus::Restricted;
        (row.id, Standing { restricted, ..Standing::default() })
    };
    let mut all = status.await?.into_iter().map(standing).collect::<HashMap<_, _>>();

    let needed = format!("{NEEDED}{NOT_OBJECTED} AND s.customer_id IN ");
    for row in r.rows(of(&needed), |row: &Needed| Touch::of(row.customer_id)).await? {
        if let Some(standing) = all.get_mut(&row.customer_id) {
            standing.needed.insert((row.system_id, row.purpose, row.category));
        }
    }
    let told = r.rows(of(TOLD), |row: &Told| Touch::of(row.customer_id).category(row.category.clone()));
    for row in told.await? {
        if let Some(standing) = all.get_mut(&row.customer_id) {
            standing.told.insert((row.third_party_id, row.purpose, row.category));
        }
    }
    let mut consents = of(CONSENTS);
    consents.push(" ORDER BY c.id");
    let touch = |row: &Consent| Touch::of(row.customer_id).category(row.category.clone());
    for row in r.rows(consents, touch).await? {
        if let Some(standing) = all.get_mut(&row.customer_id) {
            standing.allow(row.id, row.third_party_id, row.purpose, row.category);
        }
    }
    Ok(all)
}

impl Standing {
    /// Adds a category to a consent; those of one come one after the other.
    fn allow(
        &mut self,
        consent: ConsentId,
        third_party: ThirdPartyId,
        purpose: PurposeKey,
        category: CategoryKey,
    ) {
        match self.consents.last_mut() {
            Some(last) if last.consent == consent => {
                last.categories.insert(category);
            }
            _ => {
                let categories = BTreeSet::from([category]);
                self.consents.push(Allowed { consent, third_party, purpose, categories });
            }
        }
    }
}

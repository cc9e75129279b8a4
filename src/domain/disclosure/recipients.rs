//! Who ever received what of each of several customers (Art. 15(1)(c), 19): by what is on their map, now or as a
//! tombstone, and by what was given.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    ids::{CategoryKey, CustomerId, ThirdPartyId},
    touch::Touch,
};
use sea_orm::FromQueryResult;
use std::collections::{BTreeSet, HashMap};

/// A third party, and all that it ever received of one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub third_party: ThirdPartyId,
    pub categories: BTreeSet<CategoryKey>,
    pub first_received_at: DateTime<Utc>,
    pub last_received_at: DateTime<Utc>,
    /// Whether any of it is there now, as far as is known.
    pub holds_data: bool,
}

/// All recipients of a customer's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecipientsOf;

/// The recipients of each customer's data, in the order in which they first received any.
#[derive(Clone, Debug)]
pub struct RecipientsOfCustomers(pub Vec<CustomerId>);

#[derive(FromQueryResult)]
struct Row {
    customer_id: CustomerId,
    third_party_id: ThirdPartyId,
    category: CategoryKey,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    held: i64,
}

impl Inquiry for RecipientsOfCustomers {
    const ACTION: Action = Action::SeeDisclosures;
    type Output = HashMap<CustomerId, Vec<Recipient>>;

    fn target(&self) -> Target {
        Target::customers(&self.0)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        recipients(r, &self.0).await
    }
}

/// The recipients of each of these customers' data, in the order in which they first received any.
pub(in crate::domain) async fn recipients(
    r: &Reader,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Recipient>>, Stop> {
    let ids = || customers.iter().map(|id| id.0);
    let mut sql = Sql::new(
        "SELECT customer_id, third_party_id, category, min(received_at) AS first_at, max(received_at) AS last_at, \
             sum(held) AS held FROM (SELECT l.customer_id, y.third_party_id, l.category, l.held_from AS received_at, \
             CASE WHEN l.held_to IS NULL THEN 1 ELSE 0 END AS held FROM data_location l \
             JOIN system y ON y.id = l.system_id AND y.third_party_id IS NOT NULL WHERE l.customer_id IN ",
    );
    sql.list(ids())
            .push(
                " UNION ALL SELECT d.customer_id, d.third_party_id, g.category, d.disclosed_at, 0 FROM disclosure d \
                 JOIN disclosure_category g ON g.disclosure_id = d.id WHERE d.customer_id IN ",
            )
            .list(ids())
            .push(") received GROUP BY customer_id, third_party_id, category");
    let touch = |row: &Row| Touch::of(row.customer_id).category(row.category.clone());
    let mut all = customers.iter().map(|id| (*id, HashMap::new())).collect::<HashMap<_, _>>();
    for row in r.rows(sql, touch).await? {
        let of = all.entry(row.customer_id).or_default();
        let one = of.entry(row.third_party_id).or_insert_with(|| Recipient {
            third_party: row.third_party_id,
            categories: BTreeSet::new(),
            first_received_at: row.first_at,
            last_received_at: row.last_at,
            holds_data: false,
        });
        one.categories.insert(row.category);
        one.first_received_at = one.first_received_at.min(row.first_at);
        one.last_received_at = one.last_received_at.max(row.last_at);
        one.holds_data |= row.held > 0;
    }
    let sorted = |(id, of): (CustomerId, HashMap<ThirdPartyId, Recipient>)| {
        let mut recipients = of.into_values().collect::<Vec<_>>();
        recipients.sort_by_key(|one| (one.first_received_at, one.third_party));
        (id, recipients)
    };
    Ok(all.into_iter().map(sorted).collect())
}

//! How far the demo's customers have come: loading them may have been interrupted at any step.

use super::CUSTOMER;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    ids::{CustomerId, ServiceId},
    touch::Touch,
};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet};

/// Those of these customers that are there, each with the services they ordered; nothing when all are loaded.
#[derive(Clone, Debug)]
pub(super) struct Progress(pub(super) Vec<String>);

/// By reference.
pub(super) type Loaded = BTreeMap<String, Customer>;

/// What was done for a customer.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) id: CustomerId,
    pub(super) ordered: BTreeSet<ServiceId>,
    /// How often something of theirs was given to a third party.
    pub(super) given: usize,
}

impl Customer {
    /// Somebody who was just registered.
    pub(super) fn new(id: CustomerId) -> Self {
        Self { id, ordered: BTreeSet::new(), given: 0 }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: CustomerId,
    reference: String,
    service_id: Option<ServiceId>,
    given: i64,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl Inquiry for Progress {
    const ACTION: Action = Action::SeeCustomer;
    type Output = Option<Loaded>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<Loaded>, Stop> {
        // The last step of loading: where this customer's data lies in-house, but for Kartotek itself. A line stays when the data goes.
        let mut last = Sql::new(
            "SELECT count(*) AS count FROM customer c JOIN data_location l ON l.customer_id = c.id \
             JOIN system s ON s.id = l.system_id WHERE NOT s.built_in AND s.third_party_id IS NULL AND c.reference = ",
        );
        last.bind(CUSTOMER);
        if r.numbers::<Count>(last).await?.iter().any(|lines| lines.count > 0) {
            return Ok(None);
        }
        // They are registered last: once all were, and nobody has their number any more, they came and are gone. Their row stays.
        let mut gone = Sql::new(
            "SELECT count(*) AS count FROM customer WHERE NOT EXISTS (SELECT 1 FROM customer c WHERE c.reference = ",
        );
        gone.bind(CUSTOMER).push(")");
        let all = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        if r.numbers::<Count>(gone).await?.iter().any(|there| there.count >= all) {
            return Ok(None);
        }
        let mut sql = Sql::new(
            "SELECT c.id, c.reference, s.service_id, \
             (SELECT count(*) FROM disclosure d WHERE d.customer_id = c.id) AS given FROM customer c \
             LEFT JOIN subscription s ON s.customer_id = c.id WHERE c.reference IN ",
        );
        sql.list(self.0);
        let mut loaded = Loaded::new();
        for row in r.rows::<Row>(sql, |row| Touch::of(row.id)).await? {
            let there = loaded.entry(row.reference).or_insert_with(|| Customer::new(row.id));
            there.ordered.extend(row.service_id);
            there.given = usize::try_from(row.given).unwrap_or(0);
        }
        Ok(Some(loaded))
    }
}

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
pub(super) type Loaded = BTreeMap<String, (CustomerId, BTreeSet<ServiceId>)>;

#[derive(FromQueryResult)]
struct Row {
    id: CustomerId,
    reference: String,
    service_id: Option<ServiceId>,
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
        // The last step of loading: where this customer's data lies outside of Kartotek. A line stays when the data goes.
        let mut last = Sql::new(
            "SELECT count(*) AS count FROM customer c JOIN data_location l ON l.customer_id = c.id \
             JOIN system s ON s.id = l.system_id WHERE NOT s.built_in AND c.reference = ",
        );
        last.bind(CUSTOMER);
        if r.numbers::<Count>(last).await?.iter().any(|lines| lines.count > 0) {
            return Ok(None);
        }
        let mut sql = Sql::new(
            "SELECT c.id, c.reference, s.service_id FROM customer c \
             LEFT JOIN subscription s ON s.customer_id = c.id WHERE c.reference IN ",
        );
        sql.list(self.0);
        let mut loaded = Loaded::new();
        for row in r.rows::<Row>(sql, |row| Touch::of(row.id)).await? {
            let (_, services) = loaded.entry(row.reference).or_insert_with(|| (row.id, BTreeSet::new()));
            services.extend(row.service_id);
        }
        Ok(Some(loaded))
    }
}

//! What each of several customers ordered, newest first, a page for each.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::PagesOf,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    ids::{CustomerId, SubscriptionId},
    subscription,
    touch::Recorded,
};
use std::collections::HashMap;

/// Which orders of a customer's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubscriptionsOf {
    /// Only those running, or only those ended.
    pub active: Option<bool>,
    pub page: PageRequest,
}

/// The same page of each customer's orders.
#[derive(Clone, Debug)]
pub struct SubscriptionsOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: SubscriptionsOf,
}

impl Inquiry for SubscriptionsOfCustomers {
    const ACTION: Action = Action::SeeSubscriptions;
    type Output = HashMap<CustomerId, Page<subscription::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let active = self.of.active;
        let condition = |sql: &mut Sql| {
            match active {
                Some(true) => sql.push(" AND t.ended_at IS NULL"),
                Some(false) => sql.push(" AND t.ended_at IS NOT NULL"),
                None => sql,
            };
        };
        PagesOf {
            table: "subscription",
            beside: None,
            customers: &self.customers,
            page: &self.of.page,
            condition: &condition,
            touch: subscription::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

/// Those of these orders that there are.
#[derive(Clone, Debug)]
pub struct SubscriptionsByIds(pub Vec<SubscriptionId>);

impl Inquiry for SubscriptionsByIds {
    const ACTION: Action = Action::SeeSubscriptions;
    type Output = Vec<subscription::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<subscription::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM subscription WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, subscription::Entity::touch).await
    }
}

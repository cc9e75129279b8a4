//! The consents of each of several customers, newest first; some by id; and what belongs to each.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::PagesOf,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    consent, consent_category, consent_event,
    ids::{CategoryKey, ConsentId, CustomerId},
    touch::Recorded,
};
use std::collections::{BTreeMap, HashMap};

/// Which consents of a customer's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsentsOf {
    /// Only those in force, or only those that ended.
    pub active: Option<bool>,
    pub page: PageRequest,
}

/// The same page of each customer's consents.
#[derive(Clone, Debug)]
pub struct ConsentsOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: ConsentsOf,
}

impl Inquiry for ConsentsOfCustomers {
    const ACTION: Action = Action::SeeConsents;
    type Output = HashMap<CustomerId, Page<consent::Model>>;

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
            table: "consent",
            beside: None,
            customers: &self.customers,
            page: &self.of.page,
            condition: &condition,
            touch: consent::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

/// Those of these consents that there are.
#[derive(Clone, Debug)]
pub struct ConsentsByIds(pub Vec<ConsentId>);

impl Inquiry for ConsentsByIds {
    const ACTION: Action = Action::SeeConsents;
    type Output = Vec<consent::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<consent::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM consent WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, consent::Entity::touch).await
    }
}

/// What a consent is for, and its history, oldest first.
#[derive(Clone, Debug, Default)]
pub struct ConsentParts {
    pub categories: Vec<CategoryKey>,
    pub events: Vec<consent_event::Model>,
}

/// The parts of each of these consents.
#[derive(Clone, Debug)]
pub struct PartsOfConsents(pub Vec<ConsentId>);

impl Inquiry for PartsOfConsents {
    const ACTION: Action = Action::SeeConsents;
    type Output = BTreeMap<ConsentId, ConsentParts>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut parts = BTreeMap::<ConsentId, ConsentParts>::new();
        let mut sql = Sql::new("SELECT * FROM consent_category WHERE consent_id IN ");
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY consent_id, category");
        for row in r.rows(sql, consent_category::Entity::touch).await? {
            parts.entry(row.consent_id).or_default().categories.push(row.category);
        }
        let mut sql = Sql::new("SELECT * FROM consent_event WHERE consent_id IN ");
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY consent_id, id");
        for row in r.rows(sql, consent_event::Entity::touch).await? {
            parts.entry(row.consent_id).or_default().events.push(row);
        }
        Ok(parts)
    }
}

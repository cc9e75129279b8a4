//! What of each of several customers was given to third parties, newest first; some by id; and which categories.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::PagesOf,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    disclosure, disclosure_category,
    ids::{CategoryKey, CustomerId, DisclosureId},
    touch::Recorded,
};
use std::collections::{BTreeMap, HashMap};

/// The page of a customer's disclosures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DisclosuresOf(pub PageRequest);

/// The same page of each customer's disclosures.
#[derive(Clone, Debug)]
pub struct DisclosuresOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: DisclosuresOf,
}

impl Inquiry for DisclosuresOfCustomers {
    const ACTION: Action = Action::SeeDisclosures;
    type Output = HashMap<CustomerId, Page<disclosure::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        PagesOf {
            table: "disclosure",
            beside: None,
            customers: &self.customers,
            page: &self.of.0,
            condition: &|_: &mut Sql| {},
            touch: disclosure::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

/// Those of these disclosures that there are.
#[derive(Clone, Debug)]
pub struct DisclosuresByIds(pub Vec<DisclosureId>);

impl Inquiry for DisclosuresByIds {
    const ACTION: Action = Action::SeeDisclosures;
    type Output = Vec<disclosure::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<disclosure::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM disclosure WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, disclosure::Entity::touch).await
    }
}

/// The categories of each of these disclosures.
#[derive(Clone, Debug)]
pub struct CategoriesOfDisclosures(pub Vec<DisclosureId>);

impl Inquiry for CategoriesOfDisclosures {
    const ACTION: Action = Action::SeeDisclosures;
    type Output = BTreeMap<DisclosureId, Vec<CategoryKey>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM disclosure_category WHERE disclosure_id IN ");
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY disclosure_id, category");
        let mut categories = BTreeMap::<DisclosureId, Vec<CategoryKey>>::new();
        for row in r.rows(sql, disclosure_category::Entity::touch).await? {
            categories.entry(row.disclosure_id).or_default().push(row.category);
        }
        Ok(categories)
    }
}

//! The holds of each of several customers, newest first; some by id; and what they are about.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    ids::{CategoryKey, CustomerId, LegalHoldId},
    legal_hold, legal_hold_category,
    touch::Recorded,
};
use std::collections::HashMap;

/// All holds of a customer, lifted ones as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HoldsOf;

/// The holds of each of these customers. They are few by nature.
#[derive(Clone, Debug)]
pub struct HoldsOfCustomers(pub Vec<CustomerId>);

impl Inquiry for HoldsOfCustomers {
    const ACTION: Action = Action::SeeLegalHolds;
    type Output = HashMap<CustomerId, Vec<legal_hold::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.0)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM legal_hold WHERE customer_id IN ");
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY customer_id, id DESC");
        let mut of = self.0.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for row in r.rows(sql, legal_hold::Entity::touch).await? {
            of.entry(row.customer_id).or_default().push(row);
        }
        // That there is none is told as well.
        for customer in &self.0 {
            r.tells(*customer, &[]);
        }
        Ok(of)
    }
}

/// Those of these holds that there are.
#[derive(Clone, Debug)]
pub struct HoldsByIds(pub Vec<LegalHoldId>);

impl Inquiry for HoldsByIds {
    const ACTION: Action = Action::SeeLegalHolds;
    type Output = Vec<legal_hold::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<legal_hold::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM legal_hold WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, legal_hold::Entity::touch).await
    }
}

/// What each of these holds is about; nothing: everything.
#[derive(Clone, Debug)]
pub struct CategoriesOfHolds(pub Vec<LegalHoldId>);

impl Inquiry for CategoriesOfHolds {
    const ACTION: Action = Action::SeeLegalHolds;
    type Output = HashMap<LegalHoldId, Vec<CategoryKey>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM legal_hold_category WHERE legal_hold_id IN ");
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY legal_hold_id, category");
        let mut of = self.0.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for row in r.rows(sql, legal_hold_category::Entity::touch).await? {
            of.entry(row.legal_hold_id).or_default().push(row.category);
        }
        Ok(of)
    }
}

//! A group of the inventory.

use crate::{
    domain::inventory::{Dimension, Group, Value},
    graphql::{context::catalog, node},
};
use async_graphql::{Context, Enum, Object};

/// What the inventory can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub enum InventoryDimension {
    System,
    /// Nothing in-house.
    ThirdParty,
    Category,
    /// What live services of the customer's need it for: what several purposes need is in the group of each.
    Purpose,
    /// The live services that need it: what several of them need is in the group of each.
    Service,
    Country,
    Sensitivity,
    State,
    /// That of the purpose.
    LegalBasis,
}

pub struct InventoryRow(pub Group);

/// One group of the inventory.
#[Object]
impl InventoryRow {
    async fn key(&self) -> Vec<InventoryKey> {
        self.0.key.iter().cloned().map(|(dimension, value)| InventoryKey { dimension, value }).collect()
    }

    async fn locations(&self) -> i32 {
        int(self.0.locations)
    }

    /// Distinct customers; computed only when asked for.
    async fn customers(&self) -> i32 {
        int(self.0.customers.unwrap_or_default())
    }

    /// Locations that nothing justifies; computed only when asked for.
    async fn unjustified(&self) -> i32 {
        int(self.0.unjustified.unwrap_or_default())
    }
}

fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub struct InventoryKey {
    dimension: Dimension,
    value: Value,
}

/// Where a group lies in one dimension.
#[Object]
impl InventoryKey {
    async fn dimension(&self) -> InventoryDimension {
        self.dimension.into()
    }

    /// An id, a key or an enum value; empty for none (in-house, or nothing that a live service needs).
    async fn value(&self) -> String {
        match &self.value {
            Value::System(id) => node::id(*id).0,
            Value::ThirdParty(id) => node::id(*id).0,
            Value::Service(id) => node::id(*id).0,
            Value::Category(key) => key.0.clone(),
            Value::Purpose(key) => key.0.clone(),
            Value::Word(word) => word.clone(),
            Value::Nothing => String::new(),
        }
    }

    /// For a person to read, in the controller's language.
    async fn label(&self, ctx: &Context<'_>) -> String {
        let catalog = catalog(ctx);
        self.value.label(self.dimension, &catalog, catalog.locale())
    }
}

//! What the law makes the company keep.

use super::{DataCategory, Purpose};
use crate::graphql::{
    connection::connection,
    context::catalog,
    enums::RetentionStart,
    error::missing,
    node,
    scalars::{DateTime, Duration},
};
use async_graphql::{Context, ID, Object, Result};
use entity::retention_rule;
use std::sync::Arc;

#[derive(Clone)]
pub struct RetentionRule(pub Arc<retention_rule::Model>);

connection!(RetentionRuleConnection, RetentionRuleEdge, RetentionRule);

/// A statute that makes the company keep a category for a purpose, whatever the customer orders.
#[Object]
impl RetentionRule {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    /// And everything below it.
    async fn category(&self, ctx: &Context<'_>) -> Result<DataCategory> {
        catalog(ctx).categories.get(&self.0.category).cloned().map(DataCategory).ok_or_else(missing)
    }

    async fn purpose(&self, ctx: &Context<'_>) -> Result<Purpose> {
        catalog(ctx).purposes.get(&self.0.purpose).cloned().map(Purpose).ok_or_else(missing)
    }

    async fn keep_for(&self) -> Duration {
        Duration(self.0.keep_for.clone())
    }

    async fn counted_from(&self) -> RetentionStart {
        self.0.counted_from.into()
    }

    /// As cited to the customer: `bokföringslagen 7 kap. 2 §`.
    async fn statute(&self) -> &str {
        &self.0.statute
    }

    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}

//! A hold.

use crate::graphql::{
    catalog::{DataCategory, categories},
    context::loaders,
    customer::Customer,
    error::{OrError, missing},
    node,
    scalars::{Date, DateTime},
};
use async_graphql::{Context, ID, Object, Result};
use entity::legal_hold;

#[derive(Clone)]
pub struct LegalHold(pub legal_hold::Model);

/// Disposal is forbidden while a claim or an inquiry goes on.
#[Object]
impl LegalHold {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    /// Each with everything below it. Empty: all.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        let keys = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        categories(ctx, &keys)
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Such as a case number.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    async fn review_due(&self) -> Option<Date> {
        self.0.review_due.map(Date)
    }

    /// The actor's name.
    async fn placed_by(&self) -> &str {
        &self.0.placed_by
    }

    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    async fn lifted_by(&self) -> Option<&str> {
        self.0.lifted_by.as_deref()
    }

    async fn lifted_at(&self) -> Option<DateTime> {
        self.0.lifted_at.map(DateTime)
    }

    async fn lift_reason(&self) -> Option<&str> {
        self.0.lift_reason.as_deref()
    }
}

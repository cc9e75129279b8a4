//! One customer's order of one service.

use crate::graphql::{
    catalog::Service,
    connection::connection,
    context::{catalog, loaders},
    customer::Customer,
    enums::Channel,
    error::{OrError, missing},
    node,
    scalars::DateTime,
};
use async_graphql::{Context, ID, Object, Result};
use entity::subscription;

#[derive(Clone)]
pub struct ServiceSubscription(pub subscription::Model);

connection!(ServiceSubscriptionConnection, ServiceSubscriptionEdge, ServiceSubscription);

/// One customer's order of one service (named so because the root type has taken `Subscription`).
#[Object]
impl ServiceSubscription {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    async fn service(&self, ctx: &Context<'_>) -> Result<Service> {
        catalog(ctx).services.get(&self.0.service_id).cloned().map(Service).ok_or_else(missing)
    }

    async fn channel(&self) -> Channel {
        self.0.channel.into()
    }

    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    async fn end_reason(&self) -> Option<&str> {
        self.0.end_reason.as_deref()
    }

    /// What took its place, when it ended by a switch.
    async fn switched_to(&self, ctx: &Context<'_>) -> Result<Option<ServiceSubscription>> {
        let Some(id) = self.0.switched_to else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Self))
    }
}

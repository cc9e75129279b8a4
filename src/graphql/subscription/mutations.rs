//! Ordering services.

use super::types::ServiceSubscription;
use crate::{
    domain::subscription::StartSubscription,
    graphql::{
        context::access,
        enums::Channel,
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct SubscriptionMutation;

#[derive(Debug, InputObject)]
pub struct StartSubscriptionInput {
    customer_id: ID,
    service_id: ID,
    channel: Channel,
}

#[derive(SimpleObject)]
pub struct StartSubscriptionPayload {
    service_subscription: Option<ServiceSubscription>,
    user_errors: Vec<UserError>,
}

#[Object]
impl SubscriptionMutation {
    /// Starts a service for a customer. Nothing goes to a third party yet.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, RETIRED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn start_subscription(
        &self,
        ctx: &Context<'_>,
        input: StartSubscriptionInput,
    ) -> Result<StartSubscriptionPayload> {
        let command = StartSubscription {
            customer: id_or_nobody(&input.customer_id),
            service: id_or_nobody(&input.service_id),
            channel: input.channel.into(),
        };
        let (started, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(StartSubscriptionPayload { service_subscription: started.map(ServiceSubscription), user_errors })
    }
}

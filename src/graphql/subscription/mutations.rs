//! Ordering services.

use super::types::ServiceSubscription;
use crate::{
    domain::{
        disclosure::CheckDisclosure,
        subscription::{EndSubscription, StartSubscription, SwitchService},
    },
    graphql::{
        context::{access, catalog},
        disclosure::DisclosureCheck,
        disposal::{DisposalPlan, asked},
        enums::Channel,
        error::OrError,
        node::id_or_nobody,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::{CustomerId, ServiceId};

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
    /// What the service needs third parties to have, and what that takes.
    disclosure_check: Option<DisclosureCheck>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct EndSubscriptionInput {
    service_subscription_id: ID,
    reason: String,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct EndSubscriptionPayload {
    service_subscription: Option<ServiceSubscription>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each system that something must leave. Those after a grace period are PENDING until then.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct SwitchServiceInput {
    service_subscription_id: ID,
    to_service_id: ID,
    channel: Channel,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(Default, SimpleObject)]
pub struct SwitchServicePayload {
    ended: Option<ServiceSubscription>,
    /// Null in a dry run.
    started: Option<ServiceSubscription>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each system that something must leave. Those after a grace period are PENDING until then.
    tasks: Vec<Task>,
    /// What the new service needs third parties to have, and what that takes.
    disclosure_check: Option<DisclosureCheck>,
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
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            service: id_or_nobody(&input.service_id),
            channel: input.channel.into(),
        };
        let (started, user_errors) = outcome(access(ctx).write(command).await)?;
        let check = match &started {
            Some(started) => check(ctx, started.customer_id, started.service_id).await?,
            None => None,
        };
        Ok(StartSubscriptionPayload {
            service_subscription: started.map(ServiceSubscription),
            disclosure_check: check,
            user_errors,
        })
    }

    /// Ends a service and opens exactly the disposals that follow.
    ///
    /// userErrors: CUSTOMER_GONE, SUBSCRIPTION_ENDED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn end_subscription(
        &self,
        ctx: &Context<'_>,
        input: EndSubscriptionInput,
    ) -> Result<EndSubscriptionPayload> {
        let command = EndSubscription {
            catalog: catalog(ctx),
            subscription: id_or_nobody(&input.service_subscription_id),
            reason: input.reason,
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (ended, user_errors) = outcome(access(ctx).write(command).await)?;
        let Some(ended) = ended else {
            return Ok(EndSubscriptionPayload {
                service_subscription: None,
                plan: None,
                tasks: Vec::new(),
                user_errors,
            });
        };
        Ok(EndSubscriptionPayload {
            service_subscription: Some(ServiceSubscription(ended.subscription)),
            plan: Some(DisposalPlan(ended.plan)),
            tasks: ended.tasks.into_iter().map(Task).collect(),
            user_errors,
        })
    }

    /// Swaps one service for another and opens exactly the disposals that follow.
    ///
    /// userErrors: CUSTOMER_GONE, SUBSCRIPTION_ENDED, SAME_SERVICE, CUSTOMER_RESTRICTED, RETIRED, CHOOSE_ONE,
    /// PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn switch_service(
        &self,
        ctx: &Context<'_>,
        input: SwitchServiceInput,
    ) -> Result<SwitchServicePayload> {
        let command = SwitchService {
            catalog: catalog(ctx),
            subscription: id_or_nobody(&input.service_subscription_id),
            to: id_or_nobody(&input.to_service_id),
            channel: input.channel.into(),
            asked: asked(input.dry_run, input.plan_hash),
        };
        let to = command.to;
        let (switched, user_errors) = outcome(access(ctx).write(command).await)?;
        let Some(switched) = switched else {
            return Ok(SwitchServicePayload { user_errors, ..SwitchServicePayload::default() });
        };
        let check = check(ctx, switched.ended.customer_id, to).await?;
        Ok(SwitchServicePayload {
            ended: Some(ServiceSubscription(switched.ended)),
            started: switched.started.map(ServiceSubscription),
            plan: Some(DisposalPlan(switched.plan)),
            tasks: switched.tasks.into_iter().map(Task).collect(),
            disclosure_check: check,
            user_errors,
        })
    }
}

/// What the gate says of a service that a customer has from now on, if that is asked for.
async fn check(
    ctx: &Context<'_>,
    customer: CustomerId,
    service: ServiceId,
) -> Result<Option<DisclosureCheck>> {
    if !ctx.look_ahead().field("disclosureCheck").exists() {
        return Ok(None);
    }
    let check = CheckDisclosure { catalog: catalog(ctx), customer, service, locale: None };
    Ok(Some(access(ctx).read(check).await.or_error()?.into()))
}

//! Placing and lifting restrictions.

use crate::{
    domain::restriction::{LiftRestriction, RestrictCustomer},
    graphql::{
        context::{access, catalog, loaders},
        customer::Customer,
        data_request::RestrictionGround,
        enums::Channel,
        error::OrError,
        node::id_or_nobody,
        scalars::DateTime,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{customer, task};

#[derive(Default)]
pub struct RestrictionMutation;

#[derive(Debug, InputObject)]
pub struct RestrictCustomerInput {
    customer_id: ID,
    ground: RestrictionGround,
    reason: String,
    /// How the customer asked for it.
    channel: Channel,
}

#[derive(SimpleObject)]
pub struct RestrictCustomerPayload {
    customer: Option<Customer>,
    /// One for each system that holds something, to tell whoever looks after it.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct LiftRestrictionInput {
    customer_id: ID,
    reason: String,
    /// When the customer was told; not in the future.
    customer_told_at: DateTime,
}

#[derive(SimpleObject)]
pub struct LiftRestrictionPayload {
    customer: Option<Customer>,
    /// One for each system that still holds something and whose holder was told of the restriction.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[Object]
impl RestrictionMutation {
    /// Restricts processing (Art. 18): from now on the data is only kept, and every recipient is told.
    ///
    /// userErrors: CUSTOMER_GONE, ALREADY_RESTRICTED, REQUEST_UNDER_WAY.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn restrict_customer(
        &self,
        ctx: &Context<'_>,
        input: RestrictCustomerInput,
    ) -> Result<RestrictCustomerPayload> {
        let command = RestrictCustomer {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            ground: input.ground.into(),
            reason: input.reason,
            channel: input.channel.into(),
        };
        let (done, user_errors) = outcome(access(ctx).write(command).await)?;
        let (customer, tasks) = shown(ctx, done.map(|done| (done.customer, done.tasks))).await?;
        Ok(RestrictCustomerPayload { customer, tasks, user_errors })
    }

    /// Lifts a restriction, once the customer has been told that it will be (Art. 18(3)). What has lost its reason meanwhile
    /// goes.
    ///
    /// userErrors: CUSTOMER_GONE, NOT_RESTRICTED.
    ///
    /// Requires: COMPLIANCE.
    async fn lift_restriction(
        &self,
        ctx: &Context<'_>,
        input: LiftRestrictionInput,
    ) -> Result<LiftRestrictionPayload> {
        let command = LiftRestriction {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            reason: input.reason,
            customer_told_at: input.customer_told_at.0,
        };
        let (done, user_errors) = outcome(access(ctx).write(command).await)?;
        let (customer, tasks) = shown(ctx, done.map(|done| (done.customer, done.tasks))).await?;
        Ok(LiftRestrictionPayload { customer, tasks, user_errors })
    }
}

async fn shown(
    ctx: &Context<'_>,
    done: Option<(customer::Model, Vec<task::Model>)>,
) -> Result<(Option<Customer>, Vec<Task>)> {
    let Some((customer, tasks)) = done else { return Ok((None, Vec::new())) };
    let customer = loaders(ctx).batch.load_one(customer.id).await.or_error()?;
    Ok((customer.map(Customer), tasks.into_iter().map(Task).collect()))
}

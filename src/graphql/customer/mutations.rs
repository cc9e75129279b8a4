//! What is done with customers.

use super::{inputs::CustomerProfileInput, types::Customer};
use crate::{
    domain::customer::{RectifyCustomer, RegisterCustomer},
    graphql::{
        context::{access, catalog},
        enums::{Channel, CustomerKind, Locale},
        node::id_or_nobody,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct CustomerMutation;

#[derive(Debug, InputObject)]
pub struct RegisterCustomerInput {
    /// The company's own customer number. It must not be a personal number or an address. Letters with marks are one
    /// character each (Unicode's form NFC), and characters that are not seen have no place in it.
    reference: String,
    kind: CustomerKind,
    locale: Locale,
    profile: CustomerProfileInput,
    channel: Channel,
    /// Someone who was erased has become a customer anew, of their own accord.
    #[graphql(default)]
    returning: bool,
}

#[derive(SimpleObject)]
pub struct RegisterCustomerPayload {
    customer: Option<Customer>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RectifyCustomerInput {
    customer_id: ID,
    expected_version: Option<i32>,
    profile: CustomerProfileInput,
    /// The customer's language from now on.
    locale: Option<Locale>,
    channel: Channel,
}

#[derive(SimpleObject)]
pub struct RectifyCustomerPayload {
    customer: Option<Customer>,
    /// One for each system that holds what changed.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[Object]
impl CustomerMutation {
    /// Puts a customer on record.
    ///
    /// userErrors: ALREADY_EXISTS, INVALID_NATIONAL_ID, PREVIOUSLY_ERASED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn register_customer(
        &self,
        ctx: &Context<'_>,
        input: RegisterCustomerInput,
    ) -> Result<RegisterCustomerPayload> {
        let command = RegisterCustomer {
            catalog: catalog(ctx),
            reference: input.reference,
            kind: input.kind.into(),
            locale: input.locale.into(),
            profile: input.profile.into(),
            channel: input.channel.into(),
            returning: input.returning,
        };
        let (customer, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(RegisterCustomerPayload { customer: customer.map(Customer), user_errors })
    }

    /// Corrects the profile here and opens a rectification at every place that holds what changed.
    ///
    /// userErrors: CUSTOMER_GONE, INVALID_NATIONAL_ID, ALREADY_EXISTS, VERSION_CONFLICT, NOT_JUSTIFIED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn rectify_customer(
        &self,
        ctx: &Context<'_>,
        input: RectifyCustomerInput,
    ) -> Result<RectifyCustomerPayload> {
        let command = RectifyCustomer {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            expected_version: input.expected_version,
            profile: input.profile.into(),
            locale: input.locale.map(Into::into),
            channel: input.channel.into(),
        };
        let (rectified, user_errors) = outcome(access(ctx).write(command).await)?;
        let (customer, tasks) = rectified.map(|one| (one.customer, one.tasks)).unzip();
        let tasks = tasks.into_iter().flatten().map(Task).collect();
        Ok(RectifyCustomerPayload { customer: customer.map(Customer), tasks, user_errors })
    }
}

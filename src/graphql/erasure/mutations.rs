//! Customers go.

use crate::{
    domain::erasure::{AnonymizeCustomer, EraseCustomer},
    graphql::{
        context::{access, catalog, erasures},
        customer::Customer,
        data_location::DataLocation,
        data_request::DataRequest,
        disposal::{DisposalPlan, asked},
        enums::Channel,
        node::id_or_nobody,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct ErasureMutation;

#[derive(Debug, InputObject)]
pub struct EraseCustomerInput {
    customer_id: ID,
    /// Why. It stays on record: no personal values.
    reason: String,
    channel: Channel,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(Default, SimpleObject)]
pub struct EraseCustomerPayload {
    customer: Option<Customer>,
    /// The request on record, verified; null in a dry run.
    data_request: Option<DataRequest>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each system that holds something.
    tasks: Vec<Task>,
    /// What law or a hold keeps; the reasons are its `justifications`.
    kept_by_law: Vec<DataLocation>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct AnonymizeCustomerInput {
    customer_id: ID,
    /// Why. It stays on record: no personal values.
    reason: String,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(Default, SimpleObject)]
pub struct AnonymizeCustomerPayload {
    customer: Option<Customer>,
    /// What would be done, or what is being done.
    plan: Option<DisposalPlan>,
    /// One for each system that holds something.
    tasks: Vec<Task>,
    /// What law or a hold keeps; the reasons are its `justifications`.
    kept_by_law: Vec<DataLocation>,
    user_errors: Vec<UserError>,
}

#[Object]
impl ErasureMutation {
    /// Erases: destroys the customer's key here and opens erasure everywhere else, save what law keeps. Their services end,
    /// their consents lapse, and a pseudonym takes the place of their number. It cannot be taken back, and is written to the
    /// erasure ledger first.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        input: EraseCustomerInput,
    ) -> Result<EraseCustomerPayload> {
        let erasures = erasures(ctx);
        let command = EraseCustomer::new(
            catalog(ctx),
            erasures.ledger(),
            id_or_nobody(&input.customer_id),
            (input.reason, input.channel.into()),
            asked(input.dry_run, input.plan_hash),
        );
        let (erased, user_errors) = outcome(erasures.carry_out(&access(ctx), command).await)?;
        let Some(erased) = erased else {
            return Ok(EraseCustomerPayload { user_errors, ..EraseCustomerPayload::default() });
        };
        Ok(EraseCustomerPayload {
            customer: erased.customer.map(Customer),
            data_request: erased.request.map(DataRequest),
            plan: Some(DisposalPlan(erased.plan)),
            tasks: erased.tasks.into_iter().map(Task).collect(),
            kept_by_law: erased.kept.into_iter().map(DataLocation).collect(),
            user_errors,
        })
    }

    /// Makes the data impossible to tie to the customer, here and everywhere else, save what law keeps. What services say is
    /// erased when they end is erased; of the rest, all is anonymized where its system can. It cannot be taken back, and is
    /// written to the erasure ledger first.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, CHOOSE_ONE, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn anonymize_customer(
        &self,
        ctx: &Context<'_>,
        input: AnonymizeCustomerInput,
    ) -> Result<AnonymizeCustomerPayload> {
        let erasures = erasures(ctx);
        let command = AnonymizeCustomer::new(
            catalog(ctx),
            erasures.ledger(),
            id_or_nobody(&input.customer_id),
            input.reason,
            asked(input.dry_run, input.plan_hash),
        );
        let (gone, user_errors) = outcome(erasures.carry_out(&access(ctx), command).await)?;
        let Some(gone) = gone else {
            return Ok(AnonymizeCustomerPayload { user_errors, ..AnonymizeCustomerPayload::default() });
        };
        Ok(AnonymizeCustomerPayload {
            customer: gone.customer.map(Customer),
            plan: Some(DisposalPlan(gone.plan)),
            tasks: gone.tasks.into_iter().map(Task).collect(),
            kept_by_law: gone.kept.into_iter().map(DataLocation).collect(),
            user_errors,
        })
    }
}

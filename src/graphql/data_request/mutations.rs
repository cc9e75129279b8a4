//! The way of a request.

use super::{
    enums::{DataRequestType, ExtensionReason, PauseReason, RejectionGround, RestrictionGround},
    types::DataRequest,
};
use crate::{
    domain::data_request::{
        DeliverReply, ExtendDataRequest, PauseDataRequest, RejectDataRequest, ResumeDataRequest,
        SubmitDataRequest, VerifyIdentity, WithdrawDataRequest,
    },
    graphql::{
        context::{access, catalog},
        customer::CustomerProfileInput,
        disposal::{DisposalPlan, asked},
        enums::{Channel, Locale},
        node::id_or_nobody,
        scalars::DateTime,
        task::Task,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::CategoryKey;

#[derive(Default)]
pub struct DataRequestMutation;

#[derive(Debug, InputObject)]
pub struct SubmitDataRequestInput {
    customer_id: ID,
    #[graphql(name = "type")]
    kind: DataRequestType,
    channel: Channel,
    /// When the company had it: the clock starts then. Now unless told; not in the future, and not for a CUSTOMER to say.
    received_at: Option<DateTime>,
    /// Limits the request to these keys, each with everything below it; all unless told.
    categories: Option<Vec<String>>,
    /// The corrections: only, and always, in a RECTIFICATION.
    profile: Option<CustomerProfileInput>,
    /// The ground: only, and always, in a RESTRICTION.
    restriction_ground: Option<RestrictionGround>,
    note: Option<String>,
}

#[derive(Debug, InputObject)]
pub struct VerifyIdentityInput {
    data_request_id: ID,
    /// How: `BankID`, `passport`, `called back`, ...
    method: String,
    /// Such as a transaction's number. Not a copy of an identity document.
    reference: Option<String>,
    #[graphql(default)]
    dry_run: bool,
    plan_hash: Option<String>,
}

#[derive(SimpleObject)]
pub struct VerifyIdentityPayload {
    data_request: Option<DataRequest>,
    /// What would be done, or what is being done; null unless the request is for ERASURE.
    plan: Option<DisposalPlan>,
    /// One for each system that holds something of what was asked for.
    tasks: Vec<Task>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct PauseDataRequestInput {
    data_request_id: ID,
    reason: PauseReason,
    /// What the customer was asked.
    question: String,
}

#[derive(Debug, InputObject)]
pub struct ResumeDataRequestInput {
    data_request_id: ID,
}

#[derive(Debug, InputObject)]
pub struct ExtendDataRequestInput {
    data_request_id: ID,
    reason: ExtensionReason,
    /// What the customer was told.
    explanation: String,
    /// 1 or 2.
    #[graphql(default = 2)]
    months: i32,
    /// How the customer was told.
    channel: Channel,
}

#[derive(Debug, InputObject)]
pub struct RejectDataRequestInput {
    data_request_id: ID,
    ground: RejectionGround,
    /// For the customer.
    explanation: String,
}

#[derive(Debug, InputObject)]
pub struct WithdrawDataRequestInput {
    data_request_id: ID,
    channel: Channel,
}

#[derive(Debug, InputObject)]
pub struct DeliverReplyInput {
    data_request_id: ID,
    /// How the customer was told.
    channel: Channel,
    /// In which language; the customer's own unless told.
    locale: Option<Locale>,
}

macro_rules! payloads {
    ($($name:ident),*) => {$(
        #[derive(SimpleObject)]
        pub struct $name {
            data_request: Option<DataRequest>,
            user_errors: Vec<UserError>,
        }

        impl $name {
            fn new((request, user_errors): (Option<crate::domain::data_request::Request>, Vec<UserError>)) -> Self {
                Self { data_request: request.map(DataRequest), user_errors }
            }
        }
    )*};
}

payloads!(
    SubmitDataRequestPayload,
    PauseDataRequestPayload,
    ResumeDataRequestPayload,
    ExtendDataRequestPayload,
    RejectDataRequestPayload,
    WithdrawDataRequestPayload,
    DeliverReplyPayload
);

#[Object]
impl DataRequestMutation {
    /// Records a request and starts its clock.
    ///
    /// userErrors: CUSTOMER_GONE, DUPLICATE_REQUEST, INVALID_NATIONAL_ID.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (themselves).
    async fn submit_data_request(
        &self,
        ctx: &Context<'_>,
        input: SubmitDataRequestInput,
    ) -> Result<SubmitDataRequestPayload> {
        let command = SubmitDataRequest {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            kind: input.kind.into(),
            channel: input.channel.into(),
            received_at: input.received_at.map(|moment| moment.0),
            categories: input.categories.map(|keys| keys.into_iter().map(CategoryKey).collect()),
            profile: input.profile.map(Into::into),
            restriction_ground: input.restriction_ground.map(Into::into),
            note: input.note,
            by_themselves: SubmitDataRequest::is_by_themselves(&access(ctx)),
        };
        Ok(SubmitDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Records how it was made sure who is asking, starts the clock again if it stood still, and disposes of what was asked
    /// for: what a service needs stays, what the law or a hold keeps is kept for that alone, and everything else goes now,
    /// whatever the grace. It can be asked for as a plan first.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, REQUEST_CLOSED, REQUEST_UNDER_WAY, ALREADY_VERIFIED, CHOOSE_ONE, PLAN_CHANGED,
    /// PLAN_EXPIRED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn verify_identity(
        &self,
        ctx: &Context<'_>,
        input: VerifyIdentityInput,
    ) -> Result<VerifyIdentityPayload> {
        let command = VerifyIdentity {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            method: input.method,
            reference: input.reference,
            asked: asked(input.dry_run, input.plan_hash),
        };
        let (verified, user_errors) = outcome(access(ctx).write(command).await)?;
        let Some(verified) = verified else {
            return Ok(VerifyIdentityPayload {
                data_request: None,
                plan: None,
                tasks: Vec::new(),
                user_errors,
            });
        };
        Ok(VerifyIdentityPayload {
            data_request: Some(DataRequest(verified.request)),
            plan: verified.plan.map(DisposalPlan),
            tasks: verified.tasks.into_iter().map(Task).collect(),
            user_errors,
        })
    }

    /// Stops the clock while the customer is asked who they are or what they mean.
    ///
    /// userErrors: REQUEST_CLOSED, CLOCK_PAUSED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn pause_data_request(
        &self,
        ctx: &Context<'_>,
        input: PauseDataRequestInput,
    ) -> Result<PauseDataRequestPayload> {
        let command = PauseDataRequest {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            reason: input.reason.into(),
            question: input.question,
        };
        Ok(PauseDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Starts the clock again. `verifyIdentity` does so by itself.
    ///
    /// userErrors: REQUEST_CLOSED, CLOCK_RUNNING.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn resume_data_request(
        &self,
        ctx: &Context<'_>,
        input: ResumeDataRequestInput,
    ) -> Result<ResumeDataRequestPayload> {
        let request = id_or_nobody(&input.data_request_id);
        let command = ResumeDataRequest { catalog: catalog(ctx), request };
        Ok(ResumeDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Gives more time, once, by at most two months, within the first (Art. 12(3)).
    ///
    /// userErrors: REQUEST_CLOSED, ALREADY_EXTENDED, EXTENSION_TOO_LATE.
    ///
    /// Requires: COMPLIANCE.
    async fn extend_data_request(
        &self,
        ctx: &Context<'_>,
        input: ExtendDataRequestInput,
    ) -> Result<ExtendDataRequestPayload> {
        let command = ExtendDataRequest {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            reason: input.reason.into(),
            explanation: input.explanation,
            months: input.months,
            channel: input.channel.into(),
        };
        Ok(ExtendDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Refuses a request, on a ground that the customer is told. What only it asked for and nobody has begun is called off.
    ///
    /// userErrors: REQUEST_CLOSED, GROUND_NOT_APPLICABLE, CUSTOMER_GONE, CUSTOMER_RESTRICTED.
    ///
    /// Requires: COMPLIANCE.
    async fn reject_data_request(
        &self,
        ctx: &Context<'_>,
        input: RejectDataRequestInput,
    ) -> Result<RejectDataRequestPayload> {
        let command = RejectDataRequest {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            ground: input.ground.into(),
            explanation: input.explanation,
        };
        Ok(RejectDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Records that the customer took the request back. What is disposed of already stays so, and
    /// what was begun goes on; the rest is called off, unless it was to go anyway.
    ///
    /// userErrors: REQUEST_CLOSED, CUSTOMER_GONE.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (their own).
    async fn withdraw_data_request(
        &self,
        ctx: &Context<'_>,
        input: WithdrawDataRequestInput,
    ) -> Result<WithdrawDataRequestPayload> {
        let command = WithdrawDataRequest {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            channel: input.channel.into(),
        };
        Ok(WithdrawDataRequestPayload::new(outcome(access(ctx).write(command).await)?))
    }

    /// Records that the customer was given `reply`, and keeps it as it is now. From then on they wait for no answer.
    ///
    /// userErrors: REPLY_NOT_READY.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn deliver_reply(
        &self,
        ctx: &Context<'_>,
        input: DeliverReplyInput,
    ) -> Result<DeliverReplyPayload> {
        let command = DeliverReply {
            catalog: catalog(ctx),
            request: id_or_nobody(&input.data_request_id),
            channel: input.channel.into(),
            locale: input.locale.map(Into::into),
        };
        Ok(DeliverReplyPayload::new(outcome(access(ctx).write(command).await)?))
    }
}

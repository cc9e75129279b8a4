//! Bulk work is asked for, let go ahead, and called off.

use super::types::{CustomerSelection, Job};
use crate::{
    domain::job::{ApproveJob, BulkAnonymize, CancelJob, UploadSelection, Whom},
    graphql::{
        context::access,
        customer::CustomerFilter,
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct JobMutation;

#[derive(Debug, InputObject)]
pub struct UploadSelectionInput {
    /// A new one unless told.
    selection_id: Option<ID>,
    /// 1 to 10,000. Unknown ones become failures of the job.
    references: Vec<String>,
}

#[derive(SimpleObject)]
pub struct UploadSelectionPayload {
    selection: Option<CustomerSelection>,
    user_errors: Vec<UserError>,
}

/// Whom: exactly one of `customerIds`, `references`, `selectionId`, `filter`, `planHash`.
#[derive(Debug, InputObject)]
pub struct BulkAnonymizeInput {
    /// 1 to 10,000.
    customer_ids: Option<Vec<ID>>,
    /// 1 to 10,000.
    references: Option<Vec<String>>,
    /// A longer list, from `uploadSelection`.
    selection_id: Option<ID>,
    /// At least one condition that leaves somebody out: not an empty prefix, all kinds, all statuses, or `false` alone. It is read once,
    /// when the job starts. Whoever is gone already is not meant.
    filter: Option<CustomerFilter>,
    /// Exactly the plan of an earlier dry run.
    plan_hash: Option<String>,
    /// Plan and count only; change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// The caller's own choice, new for each piece of work (a dry run and its execution are two). The same work is the same customers, in
    /// whatever order they are named or uploaded.
    idempotency_key: String,
    /// Why. It stays on record: no personal values.
    reason: String,
}

#[derive(SimpleObject)]
pub struct BulkAnonymizePayload {
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct ApproveJobInput {
    job_id: ID,
    /// The plan that was looked at.
    plan_hash: String,
}

#[derive(SimpleObject)]
pub struct ApproveJobPayload {
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct CancelJobInput {
    job_id: ID,
    /// It stays on record: no personal values.
    reason: Option<String>,
}

#[derive(SimpleObject)]
pub struct CancelJobPayload {
    job: Option<Job>,
    user_errors: Vec<UserError>,
}

#[Object]
impl JobMutation {
    /// Adds customers to a list for `bulkAnonymize`, when there are too many for one call. Sending the same ones again changes
    /// nothing.
    ///
    /// Requires: COMPLIANCE.
    async fn upload_selection(
        &self,
        ctx: &Context<'_>,
        input: UploadSelectionInput,
    ) -> Result<UploadSelectionPayload> {
        let selection = input.selection_id.map(|id| id_or_nobody(&id));
        let command = UploadSelection { selection, references: input.references };
        let (selection, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(UploadSelectionPayload { selection: selection.map(CustomerSelection), user_errors })
    }

    /// Anonymizes any number of customers, as `anonymizeCustomer` does one. Answers with a job at once, which is done some
    /// customers at a time. The same key and input return the same job. Large jobs wait for a second person.
    ///
    /// userErrors: CHOOSE_ONE, NOTHING_SELECTED, IDEMPOTENCY_KEY_REUSED, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn bulk_anonymize(
        &self,
        ctx: &Context<'_>,
        input: BulkAnonymizeInput,
    ) -> Result<BulkAnonymizePayload> {
        let ids = input
            .customer_ids
            .map(|ids| ids.into_iter().map(|id| (id.to_string(), id_or_nobody(&id))).collect());
        let filter = input.filter.map(|filter| filter.into_domain(ctx)).transpose()?;
        let whom = [
            ids.map(Whom::Ids),
            input.references.map(Whom::References),
            input.selection_id.map(|id| Whom::Selection(id_or_nobody(&id))),
            filter.map(|filter| Whom::Filter(Box::new(filter))),
            input.plan_hash.map(Whom::Plan),
        ];
        let command = BulkAnonymize {
            whom: whom.into_iter().flatten().collect(),
            dry_run: input.dry_run,
            idempotency_key: input.idempotency_key,
            reason: input.reason,
        };
        let (job, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(BulkAnonymizePayload { job: job.map(Job), user_errors })
    }

    /// A second person lets a large job go ahead (four eyes). A script cannot: no token with the role SERVICE may do this, whatever its
    /// scopes and other roles.
    ///
    /// userErrors: OWN_JOB, NOT_AWAITING_APPROVAL, PLAN_CHANGED, PLAN_EXPIRED.
    ///
    /// Requires: COMPLIANCE.
    async fn approve_job(&self, ctx: &Context<'_>, input: ApproveJobInput) -> Result<ApproveJobPayload> {
        let command = ApproveJob { job: id_or_nobody(&input.job_id), plan_hash: input.plan_hash };
        let (job, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(ApproveJobPayload { job: job.map(Job), user_errors })
    }

    /// Stops a job at the edge of a chunk. What is done stays done. Also how an approval is refused.
    ///
    /// userErrors: JOB_FINISHED.
    ///
    /// Requires: COMPLIANCE.
    async fn cancel_job(&self, ctx: &Context<'_>, input: CancelJobInput) -> Result<CancelJobPayload> {
        let command = CancelJob { job: id_or_nobody(&input.job_id), reason: input.reason };
        let (job, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(CancelJobPayload { job: job.map(Job), user_errors })
    }
}

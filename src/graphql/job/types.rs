//! A job, and whom it could not be done with.

use crate::{
    access::Code,
    domain::{
        job::{self, FailuresOf, told},
        task::{ListTasks, TaskOrder},
    },
    graphql::{
        connection::{Arguments, connection},
        context::{access, loaders},
        customer::Customer,
        disposal::DisposalPlan,
        enums::JobState,
        error::OrError,
        loaders::One,
        node,
        scalars::DateTime,
        task::{Task, TaskConnection, TaskFilter},
        user_error::UserErrorCode,
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{
    customer_selection,
    enums::{JobState as State, JobStep},
    job::Model,
    job_failure,
};

#[derive(Clone)]
pub struct Job(pub Model);

connection!(JobConnection, JobEdge, Job);

fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Bulk work. Its counts are of customers. It has succeeded when every customer is anonymized here and a task is done at each
/// other system.
#[Object]
impl Job {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn state(&self) -> JobState {
        self.0.state.into()
    }

    async fn dry_run(&self) -> bool {
        self.0.dry_run
    }

    /// Null until everything is counted. A plan that nobody carried out in time is gone.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<DisposalPlan>> {
        let is_whole = self.0.step == JobStep::CarryOut || self.0.state == State::Preview;
        let Some(id) = self.0.disposal_plan_id.filter(|_| is_whole) else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(DisposalPlan))
    }

    /// It grows until all are found.
    async fn total(&self) -> i32 {
        count(self.0.total)
    }

    async fn done(&self) -> i32 {
        count(self.0.done)
    }

    async fn failed(&self) -> i32 {
        count(self.0.failed)
    }

    /// Customers of whom law or a hold keeps something.
    async fn kept_by_law(&self) -> i32 {
        count(self.0.kept_by_law)
    }

    /// Those it could not be done with, in the order in which that was found.
    async fn failures(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<JobFailureConnection> {
        const LIST: &str = "jobFailures";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let page = access(ctx).read(FailuresOf { job: self.0.id, page }).await.or_error()?;
        Ok(JobFailureConnection::new(LIST, page.map(JobFailure)))
    }

    /// Its work at the systems.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TaskFilter>,
    ) -> Result<TaskConnection> {
        const LIST: &str = "jobTasks";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let mut filter = filter.unwrap_or_default().into_domain(ctx)?;
        filter.job = Some(self.0.id);
        let inquiry = ListTasks { filter, order: TaskOrder::CreatedAtAsc, page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        Ok(TaskConnection::new(LIST, page.map(Task)))
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    async fn idempotency_key(&self) -> &str {
        &self.0.idempotency_key
    }

    /// The actor's name.
    async fn requested_by(&self) -> &str {
        &self.0.requested_by_name
    }

    /// Who let it go ahead, if that was needed.
    async fn approved_by(&self) -> Option<&str> {
        self.0.approved_by_name.as_deref()
    }

    async fn approved_at(&self) -> Option<DateTime> {
        self.0.approved_at.map(DateTime)
    }

    /// Why it was called off, where somebody said so.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}

#[derive(Clone)]
pub struct JobFailure(job_failure::Model);

connection!(JobFailureConnection, JobFailureEdge, JobFailure);

/// One customer that a job could not do.
#[Object]
impl JobFailure {
    /// As given in the selection, when no customer has it.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let Some(id) = self.0.customer_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(id).await.or_error()?.map(Customer))
    }

    /// NOT_FOUND, CUSTOMER_GONE, CUSTOMER_RESTRICTED, PLAN_CHANGED or PROGRAM_FAILED.
    async fn code(&self) -> UserErrorCode {
        Code::of(&self.0.code).unwrap_or(Code::ProgramFailed).into()
    }

    async fn message(&self) -> &'static str {
        told(&self.0.code)
    }

    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

#[derive(Clone)]
pub struct CustomerSelection(pub customer_selection::Model);

/// A list of customers on its way to a bulk job.
#[Object]
impl CustomerSelection {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn size(&self) -> i32 {
        count(self.0.size)
    }

    /// A day after it was last added to.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}

#[derive(Debug, Default, InputObject)]
pub struct JobFilter {
    states: Option<Vec<JobState>>,
    dry_run: Option<bool>,
    /// The caller's own job of this key.
    idempotency_key: Option<String>,
}

impl JobFilter {
    pub(super) fn into_domain(self) -> job::JobFilter {
        let states = self.states.map(|any| any.into_iter().map(Into::into).collect());
        job::JobFilter { states, dry_run: self.dry_run, idempotency_key: self.idempotency_key }
    }
}

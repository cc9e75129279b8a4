//! A task.

use crate::{
    connector::email::case_number,
    domain::{system::ConnectorOf, task},
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection},
        context::{access, catalog, loaders},
        customer::Customer,
        data_location::{DataLocation, DataLocationConnection},
        data_request::DataRequest,
        enums::{ConnectorKind, EvidenceKind, TaskAction, TaskCause, TaskOutcome, TaskState},
        error::{OrError, missing},
        job::Job,
        loaders::{EvidenceOf, FormerReferenceAt, LinesOf, One},
        named,
        node::{self, id_or_nobody},
        scalars::{DateTime, Json},
        system::System,
    },
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{enums::TaskState as TaskStates, ids::ThirdPartyId, task::Model, task_evidence};

#[derive(Clone)]
pub struct Task(pub Model);

connection!(TaskConnection, TaskEdge, Task);

/// One thing to be done at one system: by the program where it is its own, or where the system has a connector that can do
/// it; otherwise by whoever looks after the system, who says what came of it with `completeTask`.
#[Object]
impl Task {
    pub async fn id(&self) -> ID {
        node::id(self.0.id)
    }

    async fn action(&self) -> TaskAction {
        self.0.action.into()
    }

    /// Whether a RESTRICT takes a restriction back.
    async fn lifts(&self) -> bool {
        self.0.lifts
    }

    async fn state(&self) -> TaskState {
        self.0.state.into()
    }

    /// What came of it; null while it is open.
    async fn outcome(&self) -> Option<TaskOutcome> {
        self.0.outcome.map(Into::into)
    }

    /// Why it came to be.
    async fn cause(&self) -> TaskCause {
        self.0.cause.into()
    }

    async fn system(&self, ctx: &Context<'_>) -> Result<System> {
        catalog(ctx).systems.get(&self.0.system_id).cloned().map(System).ok_or_else(missing)
    }

    /// Null when it is about several. In this version none is.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        Ok(loaders(ctx).batch.load_one(self.0.customer_id).await.or_error()?.map(Customer))
    }

    /// The customer number of somebody who is gone, whom a pseudonym has taken the place of: by it whoever has to do this finds
    /// them. Null for everybody else, and once the task has ended.
    ///
    /// Requires: COMPLIANCE.
    async fn former_reference(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        access(ctx).require(Action::SeeFormerReferences).await.or_error()?;
        if self.0.finished_at.is_some() {
            return Ok(None);
        }
        let at = FormerReferenceAt(self.0.customer_id, self.0.system_id);
        loaders(ctx).batch.load_one(at).await.or_error()
    }

    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        let keys = loaders(ctx).batch.load_one(self.0.id).await.or_error()?.unwrap_or_default();
        categories(ctx, &keys)
    }

    /// Exactly what it is about.
    async fn data_locations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<DataLocationConnection> {
        const LIST: &str = "taskLocations";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let lines = loaders(ctx).batch.load_one(LinesOf(self.0.id, page)).await.or_error()?;
        Ok(DataLocationConnection::new(LIST, lines.unwrap_or_default().map(DataLocation)))
    }

    /// Not before then; null while nobody waits for that moment.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        let waits = matches!(self.0.state, TaskStates::Pending | TaskStates::Retrying);
        self.0.next_attempt_at.filter(|_| waits).map(DateTime)
    }

    /// The request that it is to fulfil, if a customer asked for it.
    async fn data_request(&self, ctx: &Context<'_>) -> Result<Option<DataRequest>> {
        let Some(id) = self.0.data_request_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(DataRequest))
    }

    /// The bulk work that it belongs to.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn job(&self, ctx: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.0.job_id else { return Ok(None) };
        Ok(loaders(ctx).batch.load_one(One(id)).await.or_error()?.map(Job))
    }

    /// By which way it is carried out.
    async fn via(&self, ctx: &Context<'_>) -> ConnectorKind {
        let catalog = catalog(ctx);
        let system = catalog.systems.get(&self.0.system_id);
        system.map_or(ConnectorKind::Manual, |system| ConnectorOf(system).via(self.0.action).into())
    }

    /// What a person has to do, when it is up to one.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn instructions(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        access(ctx).require(Action::SeeEvidence).await.or_error()?;
        let catalog = catalog(ctx);
        let system = catalog.systems.get(&self.0.system_id);
        Ok(system.and_then(|system| ConnectorOf(system).instructions()).map(str::to_owned))
    }

    /// How often it was tried, since a person last asked for that.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Without personal values.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn last_error(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        access(ctx).require(Action::SeeEvidence).await.or_error()?;
        Ok(self.0.last_error.as_deref())
    }

    /// When the system's holder was told.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime)
    }

    /// What it is called in letters to the system's holder, such as `0F3A-91BC-02F1`: they name it when they answer.
    async fn case_number(&self) -> String {
        case_number(self.0.call_key)
    }

    /// When the holder answered for good.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(DateTime)
    }

    /// How it is known what came of it; null while it is open, and where it was called off.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Option<TaskEvidence>> {
        Ok(loaders(ctx).batch.load_one(EvidenceOf(self.0.id)).await.or_error()?.map(TaskEvidence))
    }

    async fn due_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.due_at))
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}

/// How it is known what came of a task.
pub struct TaskEvidence(pub task_evidence::Model);

/// How it is known what came of a task.
#[Object]
impl TaskEvidence {
    async fn kind(&self) -> EvidenceKind {
        self.0.kind.into()
    }

    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// The actor's name, or the program's part.
    async fn recorded_by(&self) -> &str {
        &self.0.recorded_by
    }

    /// In a database: how many rows were changed and read again as gone.
    async fn rows_changed(&self) -> Option<i32> {
        self.0.rows_changed.map(|rows| i32::try_from(rows).unwrap_or(i32::MAX))
    }

    /// What a person attested.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn statement(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        access(ctx).require(Action::SeeEvidence).await.or_error()?;
        Ok(self.0.statement.as_deref())
    }

    /// Such as a letter's or a ticket's reference.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn reference(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        access(ctx).require(Action::SeeEvidence).await.or_error()?;
        Ok(self.0.reference.as_deref())
    }

    /// What the third party confirmed, as received, without what might say more of the person.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn document(&self, ctx: &Context<'_>) -> Result<Option<Json>> {
        access(ctx).require(Action::SeeEvidence).await.or_error()?;
        Ok(self.0.document.clone().map(Json))
    }
}

#[derive(Debug, Default, InputObject)]
pub struct TaskFilter {
    actions: Option<Vec<TaskAction>>,
    states: Option<Vec<TaskState>>,
    outcomes: Option<Vec<TaskOutcome>>,
    causes: Option<Vec<TaskCause>>,
    system_ids: Option<Vec<ID>>,
    third_party_ids: Option<Vec<ID>>,
    customer_id: Option<ID>,
    data_request_id: Option<ID>,
    job_id: Option<ID>,
    /// Open and past its date; or not.
    overdue: Option<bool>,
}

impl TaskFilter {
    /// What the filter asks for of one third party's systems.
    ///
    /// # Errors
    /// See [`TaskFilter::into_domain`].
    pub fn at(self, ctx: &Context<'_>, third_party: ThirdPartyId) -> Result<task::TaskFilter> {
        let catalog = catalog(ctx);
        let filter = self.into_domain(ctx)?;
        let theirs = catalog.systems.values().filter(|system| system.third_party_id == Some(third_party));
        let asked = filter.systems_of_third_parties.as_ref();
        let theirs = theirs.map(|system| system.id).filter(|id| asked.is_none_or(|asked| asked.contains(id)));
        Ok(task::TaskFilter { job: None, systems_of_third_parties: Some(theirs.collect()), ..filter })
    }

    /// What the filter asks for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for systems and third parties that there are not.
    pub fn into_domain(self, ctx: &Context<'_>) -> Result<task::TaskFilter> {
        let systems = |ids: Vec<ID>| {
            ids.iter().map(|id| named::system(ctx, "filter.systemIds", id)).collect::<Result<Vec<_>>>()
        };
        let third_parties = |ids: Vec<ID>| {
            let all = ids.iter().map(|id| named::third_party(ctx, "filter.thirdPartyIds", id));
            let all = all.collect::<Result<Vec<_>>>()?;
            let catalog = catalog(ctx);
            let theirs = catalog
                .systems
                .values()
                .filter(|system| system.third_party_id.is_some_and(|third_party| all.contains(&third_party)));
            Ok::<_, async_graphql::Error>(theirs.map(|system| system.id).collect())
        };
        Ok(task::TaskFilter {
            job: self.job_id.map(|id| id_or_nobody(&id)),
            actions: self.actions.map(|any| any.into_iter().map(Into::into).collect()),
            states: self.states.map(|any| any.into_iter().map(Into::into).collect()),
            outcomes: self.outcomes.map(|any| any.into_iter().map(Into::into).collect()),
            causes: self.causes.map(|any| any.into_iter().map(Into::into).collect()),
            systems: self.system_ids.map(systems).transpose()?,
            systems_of_third_parties: self.third_party_ids.map(third_parties).transpose()?,
            customer: self.customer_id.map(|id| id_or_nobody(&id)),
            request: self.data_request_id.map(|id| id_or_nobody(&id)),
            overdue: self.overdue,
        })
    }
}

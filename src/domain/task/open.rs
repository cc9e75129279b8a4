//! Tasks come to be, in the transaction that makes them necessary.

use crate::{
    access::{Sql, Stop, Writer},
    connector::actions,
    domain::{catalog::Catalog, period::Period},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{TaskAction, TaskCause, TaskState},
    ids::{CustomerId, DataLocationId, DataRequestId, JobId, SystemId, TaskId},
    task, task_location, task_request,
};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;

/// How long one may take once it may begin: without undue delay (Art. 16, 17(1)), by the measure of Art. 12(3).
const WITHIN: &str = "P1M";

/// Why a task comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) struct Why {
    pub cause: TaskCause,
    pub request: Option<DataRequestId>,
    pub job: Option<JobId>,
}

impl Why {
    /// Whatever it was, no customer asked for it.
    pub(in crate::domain) const fn of(cause: TaskCause) -> Self {
        Self { cause, request: None, job: None }
    }

    /// A customer asked for it.
    pub(in crate::domain) const fn request(id: DataRequestId) -> Self {
        Self { request: Some(id), ..Self::of(TaskCause::DataRequest) }
    }

    /// It is part of bulk work.
    pub(in crate::domain) const fn job(id: JobId) -> Self {
        Self { job: Some(id), ..Self::of(TaskCause::BulkJob) }
    }
}

/// What is to be done with some of a customer's lines, all of them at one system.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Wanted {
    pub customer: CustomerId,
    pub system: SystemId,
    pub action: TaskAction,
    /// Whether it takes a restriction back.
    pub lifts: bool,
    /// Not before then.
    pub at: DateTime<Utc>,
    pub why: Why,
    pub lines: Vec<DataLocationId>,
}

impl Wanted {
    /// Whether it is time, and nothing but a person can do it.
    fn is_for_people(&self, catalog: &Catalog, now: DateTime<Utc>) -> bool {
        let disposes = matches!(self.action, TaskAction::Erase | TaskAction::Anonymize);
        let system = catalog.systems.get(&self.system).filter(|system| !system.built_in);
        let able = |connector| actions(connector).contains(&self.action);
        disposes
            && self.at <= now
            && system.is_some_and(|system| !system.connector.as_ref().is_some_and(able))
    }
}

/// Opens a task for each of these. What only people can dispose of is theirs at once; unless something else comes first: then
/// it is theirs when that is over.
pub(in crate::domain) async fn open_tasks(
    w: &Writer,
    catalog: &Catalog,
    wanted: Vec<Wanted>,
) -> Result<Vec<task::Model>, Stop> {
    let zone = catalog.zone();
    let within = Period::parse(WITHIN).ok();
    let due = |at| within.and_then(|within| within.after(at, &zone)).unwrap_or(at);
    let wait = waiting(w, catalog, &wanted).await?;
    let (mut tasks, mut parts, mut requests) = (Vec::with_capacity(wanted.len()), Vec::new(), Vec::new());
    for one in wanted {
        let for_people = one.is_for_people(catalog, w.now()) && !wait.contains(&one.customer);
        let Wanted { customer, system, action, lifts, at, why, lines } = one;
        let id = TaskId(w.id());
        parts.extend(lines.into_iter().map(|line| task_location::Model {
            task_id: id,
            data_location_id: line,
            customer_id: customer,
            overtaken: false,
        }));
        requests.extend(why.request.map(|request| task_request::Model {
            data_request_id: request,
            task_id: id,
            customer_id: customer,
        }));
        tasks.push(task::Model {
            id,
            customer_id: customer,
            system_id: system,
            action,
            lifts,
            cause: why.cause,
            state: if for_people { TaskState::NeedsHuman } else { TaskState::Pending },
            outcome: None,
            not_before: at,
            next_attempt_at: (!for_people).then_some(at),
            attempts: 0,
            lease: 0,
            call_key: id.0,
            found_before: None,
            found_version: None,
            found_nothing: false,
            last_error: None,
            sent_at: None,
            answered_at: None,
            answer_by: None,
            letters: 0,
            due_at: due(at),
            created_at: w.now(),
            finished_at: None,
            data_request_id: why.request,
            job_id: why.job,
        });
    }
    w.insert_all::<task::Entity>(&tasks).await?;
    w.insert_all::<task_location::Entity>(&parts).await?;
    w.insert_all::<task_request::Entity>(&requests).await?;
    let gather = tasks.iter().filter(|task| task.action == TaskAction::Export);
    put_off(w, gather.map(|task| task.customer_id).collect()).await?;
    Ok(tasks)
}

#[derive(FromQueryResult)]
struct Whose {
    id: CustomerId,
}

/// Of those with something that people have to dispose of, those with whom it may have to wait for something else; see
/// [`super::due::may_be_done`], which tells when that is over.
async fn waiting(w: &Writer, catalog: &Catalog, wanted: &[Wanted]) -> Result<BTreeSet<CustomerId>, Stop> {
    let left = wanted.iter().filter(|one| one.is_for_people(catalog, w.now()));
    let customers = left.map(|one| one.customer).collect::<BTreeSet<_>>();
    if customers.is_empty() {
        return Ok(customers);
    }
    let mut sql = Sql::new(
        "SELECT c.id FROM customer c WHERE c.status = 'RESTRICTED' AND c.disposed_as IS NULL AND c.id IN ",
    );
    sql.list(customers.iter().map(|id| id.0));
    sql.push(
        " UNION SELECT t.customer_id FROM task t WHERE t.action = 'EXPORT' AND t.finished_at IS NULL AND t.customer_id IN ",
    );
    sql.list(customers.iter().map(|id| id.0));
    Ok(w.numbers::<Whose>(sql).await?.into_iter().map(|one| one.id).collect())
}

/// Nobody is asked to dispose of what is yet to be gathered from these customers where it lies.
async fn put_off(w: &Writer, customers: BTreeSet<CustomerId>) -> Result<(), Stop> {
    if customers.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(
        "UPDATE task SET state = 'PENDING', next_attempt_at = not_before WHERE state = 'NEEDS_HUMAN' AND attempts = 0 \
         AND sent_at IS NULL AND action IN ('ERASE', 'ANONYMIZE') AND EXISTS (SELECT 1 FROM task e \
         WHERE e.customer_id = task.customer_id AND e.system_id = task.system_id AND e.action = 'EXPORT' \
         AND e.finished_at IS NULL) AND customer_id IN ",
    );
    sql.list(customers.iter().map(|id| id.0));
    w.execute(sql).await.map(drop)
}

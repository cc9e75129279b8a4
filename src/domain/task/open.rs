//! Tasks come to be, in the transaction that makes them necessary.

use crate::{
    access::{Stop, Writer},
    domain::{catalog::Catalog, period::Period},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{TaskAction, TaskCause, TaskState},
    ids::{CustomerId, DataLocationId, DataRequestId, JobId, SystemId, TaskId},
    task, task_location, task_request,
};

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

/// Opens a task for each of these.
pub(in crate::domain) async fn open_tasks(
    w: &Writer,
    catalog: &Catalog,
    wanted: Vec<Wanted>,
) -> Result<Vec<task::Model>, Stop> {
    let zone = catalog.zone();
    let within = Period::parse(WITHIN).ok();
    let due = |at| within.and_then(|within| within.after(at, &zone)).unwrap_or(at);
    let (mut tasks, mut parts, mut requests) = (Vec::with_capacity(wanted.len()), Vec::new(), Vec::new());
    for Wanted { customer, system, action, lifts, at, why, lines } in wanted {
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
            state: TaskState::Pending,
            outcome: None,
            not_before: at,
            next_attempt_at: Some(at),
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
    Ok(tasks)
}

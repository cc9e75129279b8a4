//! Requests as they are read, with how far each has come, which follows from its tasks and is worked out each time.

use super::clock::{Clock, Extension, Pause, due};
use crate::{
    access::{Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    data_request, data_request_pause,
    enums::{Channel, DataRequestStatus, DataRequestType},
    ids::{CustomerId, DataRequestId},
    touch::{Recorded, Touch},
};
use jiff::tz::TimeZone;
use sea_orm::{DbErr, FromQueryResult, QueryResult};

/// A request, and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub row: data_request::Model,
    pub status: DataRequestStatus,
    pub closed_at: Option<DateTime<Utc>>,
}

/// When the request `t` was refused, taken back, or has been carried out: once it is verified, and as soon as no task
/// that is done for it is open.
pub(super) const CLOSED: &str = "coalesce(t.rejected_at, t.withdrawn_at, CASE WHEN t.verified_at IS NOT NULL AND NOT EXISTS \
    (SELECT 1 FROM task_request y JOIN task w ON w.id = y.task_id WHERE y.data_request_id = t.id AND w.finished_at IS NULL) \
    THEN coalesce((SELECT max(w.finished_at) FROM task_request y JOIN task w ON w.id = y.task_id \
    WHERE y.data_request_id = t.id), t.verified_at) END)";

/// How far the request `t` has come. A task that was called off was not needed any more: what it was about is kept
/// lawfully, or another task has it.
pub(super) const STATUS: &str = "CASE WHEN t.rejected_at IS NOT NULL THEN 'REJECTED' \
    WHEN t.withdrawn_at IS NOT NULL THEN 'WITHDRAWN' WHEN t.verified_at IS NULL THEN 'RECEIVED' \
    WHEN EXISTS (SELECT 1 FROM task_request y JOIN task w ON w.id = y.task_id WHERE y.data_request_id = t.id \
    AND w.finished_at IS NULL) THEN CASE WHEN EXISTS (SELECT 1 FROM task_request y JOIN task w ON w.id = y.task_id \
    WHERE y.data_request_id = t.id AND w.state <> 'PENDING' AND (w.outcome IS NULL OR w.outcome <> 'SUPERSEDED')) \
    THEN 'IN_PROGRESS' ELSE 'VERIFIED' END WHEN EXISTS (SELECT 1 FROM task_request y JOIN task w ON w.id = y.task_id \
    WHERE y.data_request_id = t.id AND w.outcome IN ('KEPT', 'IMPOSSIBLE')) THEN 'PARTIALLY_COMPLETED' ELSE 'COMPLETED' END";

/// That the customer still waits for an answer to the request `t`. One that they had before all was done, or before it was
/// refused, was not the last one.
pub(in crate::domain) fn unanswered() -> String {
    format!(
        "t.withdrawn_at IS NULL AND (t.reply_delivered_at IS NULL OR {CLOSED} IS NULL OR {CLOSED} > t.reply_delivered_at)"
    )
}

/// That the clock of the request `t` does not stand still: a pause that began too late keeps nothing.
pub(in crate::domain) const RUNNING: &str = "NOT EXISTS (SELECT 1 FROM data_request_pause z \
    WHERE z.data_request_id = t.id AND z.resumed_at IS NULL AND z.paused_at < t.due_at)";

/// The columns of the request `t`, and what follows from its tasks.
pub(super) fn columns() -> String {
    format!("t.*, {STATUS} AS status, {CLOSED} AS closed_at")
}

impl FromQueryResult for Request {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            row: data_request::Model::from_query_result(row, prefix)?,
            status: row.try_get(prefix, "status")?,
            closed_at: row.try_get(prefix, "closed_at")?,
        })
    }
}

/// Until when a request must be answered, and why then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    pub first_due_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub overdue: bool,
    /// Until the customer has an answer.
    pub days_left: Option<i64>,
}

impl Request {
    pub(super) fn touch(&self) -> Touch {
        data_request::Entity::touch(&self.row)
    }

    /// Whether nothing is to be done for it any more.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Whether the customer waits for an answer, as [`unanswered`] says it.
    fn waits(&self) -> bool {
        let answered =
            self.row.reply_delivered_at.zip(self.closed_at).is_some_and(|(told, closed)| closed <= told);
        self.row.withdrawn_at.is_none() && !answered
    }

    /// What the clock says of it now; `pauses` are all of its own.
    #[must_use]
    pub fn timing(
        &self,
        pauses: &[data_request_pause::Model],
        zone: &TimeZone,
        now: DateTime<Utc>,
    ) -> Timing {
        let waits = self.waits();
        let pauses = pauses_of(pauses);
        let deadline = clock(&self.row, &pauses, zone).due(now);
        let first = due(self.row.received_at, zone);
        Timing {
            first_due_at: first.map_or(self.row.due_at, |first| first.over_at),
            due_at: deadline.map_or(self.row.due_at, |due| due.over_at),
            overdue: waits && deadline.is_some_and(|due| due.is_over(now)),
            days_left: deadline.filter(|_| waits).map(|due| due.days_left(now, zone)),
        }
    }
}

/// What is on record of any request when it comes in.
pub(super) struct Incoming {
    pub customer: CustomerId,
    pub kind: DataRequestType,
    pub channel: Channel,
    pub received_at: DateTime<Utc>,
    pub note: Option<String>,
}

impl Incoming {
    /// The request, of which nothing has become yet.
    pub(super) fn row(self, w: &Writer, zone: &TimeZone) -> data_request::Model {
        data_request::Model {
            id: DataRequestId(w.id()),
            customer_id: self.customer,
            kind: self.kind,
            channel: self.channel,
            received_at: self.received_at,
            note: self.note,
            restriction_ground: None,
            submitted_by: w.actor_name(),
            submitted_at: w.now(),
            due_at: due(self.received_at, zone).map_or(self.received_at, |due| due.over_at),
            extension_months: None,
            extension_reason: None,
            extension_explanation: None,
            extension_channel: None,
            extended_at: None,
            verified_method: None,
            verified_reference: None,
            verified_by: None,
            verified_at: None,
            rejection_ground: None,
            rejection_explanation: None,
            rejected_by: None,
            rejected_at: None,
            withdrawn_channel: None,
            withdrawn_by: None,
            withdrawn_at: None,
            reply_text: None,
            reply_channel: None,
            reply_delivered_by: None,
            reply_delivered_at: None,
        }
    }
}

pub(super) fn pauses_of(rows: &[data_request_pause::Model]) -> Vec<Pause> {
    rows.iter().map(|row| Pause { from: row.paused_at, to: row.resumed_at }).collect()
}

pub(super) fn clock<'a>(row: &data_request::Model, pauses: &'a [Pause], zone: &'a TimeZone) -> Clock<'a> {
    let extension = row.extension_months.and_then(|months| Extension::of_months(months.into()));
    Clock { received_at: row.received_at, extension, pauses, zone }
}

/// Those of these requests that there are.
#[derive(Clone, Debug)]
pub struct RequestsByIds(pub Vec<DataRequestId>);

impl Inquiry for RequestsByIds {
    const ACTION: Action = Action::SeeDataRequests;
    type Output = Vec<Request>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Request>, Stop> {
        by_ids(r, &self.0).await
    }
}

pub(super) async fn by_ids(r: &Reader, ids: &[DataRequestId]) -> Result<Vec<Request>, Stop> {
    let mut sql = Sql::new(&format!("SELECT {} FROM data_request t WHERE t.id IN ", columns()));
    sql.list(ids.iter().map(|id| id.0));
    r.rows(sql, Request::touch).await
}

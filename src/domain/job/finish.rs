//! Bulk work whose tasks have all ended is over.

use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::enums::JobState;
use sea_orm::FromQueryResult;

/// That the work `j` waits for nothing any more: neither for tasks of its own, nor for such as were open before for its customers.
const OVER: &str = "j.state = 'AWAITING_TASKS' AND NOT EXISTS \
    (SELECT 1 FROM task t WHERE t.job_id = j.id AND t.finished_at IS NULL) AND NOT EXISTS \
    (SELECT 1 FROM job_customer c JOIN task t ON t.customer_id = c.customer_id AND t.finished_at IS NULL \
    AND t.action IN ('ERASE', 'ANONYMIZE') WHERE c.job_id = j.id AND c.state = 'DONE')";

/// Whether there is such.
#[derive(Clone, Copy, Debug)]
pub struct JobsToFinish;

#[derive(FromQueryResult)]
struct Any {
    any: i64,
}

impl Inquiry for JobsToFinish {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let sql = Sql::new(&format!("SELECT count(*) AS any FROM job j WHERE {OVER}"));
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

/// That nobody can approve the work `j` any more: its plan has expired, and may be forgotten.
const TOO_LATE: &str = "j.state = 'AWAITING_APPROVAL' AND NOT EXISTS \
    (SELECT 1 FROM disposal_plan p WHERE p.id = j.disposal_plan_id AND p.expires_at > ";

/// Whether there is such.
#[derive(Clone, Copy, Debug)]
pub struct JobsToCancel;

impl Inquiry for JobsToCancel {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new(&format!("SELECT count(*) AS any FROM job j WHERE {TOO_LATE}"));
        sql.bind(r.now()).push(")");
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

/// Calls it off: it would wait for ever, and whom it is about would never be forgotten.
#[derive(Clone, Copy, Debug)]
pub struct CancelUnapproved;

impl Command for CancelUnapproved {
    const ACTION: Action = Action::RunJob;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let mut sql = Sql::new("UPDATE job SET state = ");
        sql.bind(JobState::Cancelled).push(", taken_until = NULL, finished_at = ").bind(w.now());
        sql.push(", cancel_reason = ").bind("Nobody approved it before its plan expired.".to_owned());
        sql.push(&format!(" WHERE id IN (SELECT j.id FROM job j WHERE {TOO_LATE}"));
        sql.bind(w.now()).push("))");
        w.execute(sql).await
    }
}

/// Ends it. What a holder keeps, or cannot do, is a failure.
#[derive(Clone, Copy, Debug)]
pub struct FinishJobs;

impl Command for FinishJobs {
    const ACTION: Action = Action::RunJob;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let mut sql = Sql::new(
            "UPDATE job SET state = CASE WHEN failed > 0 OR EXISTS (SELECT 1 FROM task t WHERE t.job_id = job.id \
             AND t.outcome IN ('KEPT', 'IMPOSSIBLE')) THEN ",
        );
        sql.bind(JobState::SucceededWithFailures).push(" ELSE ").bind(JobState::Succeeded);
        sql.push(" END, finished_at = ").bind(w.now());
        sql.push(&format!(" WHERE id IN (SELECT j.id FROM job j WHERE {OVER})"));
        w.execute(sql).await
    }
}

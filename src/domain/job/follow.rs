//! How far bulk work has come, in few words: whoever follows it is told when they change.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    enums::{JobState, JobStep},
    ids::JobId,
    job,
};

/// What of a job changes as it moves on. That a worker still has it in hand is none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobMark {
    state: JobState,
    step: JobStep,
    /// In all, done, failed, and of whom something is kept.
    counts: [i64; 4],
    is_approved: bool,
    is_over: bool,
}

impl JobMark {
    /// Whether it moves on no more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.is_over
    }
}

impl From<&job::Model> for JobMark {
    fn from(row: &job::Model) -> Self {
        Self {
            state: row.state,
            step: row.step,
            counts: [row.total, row.done, row.failed, row.kept_by_law],
            is_approved: row.approved_at.is_some(),
            is_over: row.finished_at.is_some(),
        }
    }
}

/// How far a job has come; `None` where there is none.
#[derive(Clone, Copy, Debug)]
pub struct MarkOf(pub JobId);

impl Inquiry for MarkOf {
    const ACTION: Action = Action::RunJob;
    type Output = Option<JobMark>;

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, r: &Reader) -> Result<Option<JobMark>, Stop> {
        let mut sql = Sql::new("SELECT * FROM job WHERE id = ");
        sql.bind(self.0.0);
        Ok(r.numbers::<job::Model>(sql).await?.first().map(JobMark::from))
    }
}

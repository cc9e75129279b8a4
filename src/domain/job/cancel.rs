//! Bulk work is called off.

use super::{approve::no_job, selection::forget_numbers};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::{BLOCK, Checks},
    policy::{Action, Target},
};
use entity::{enums::JobState, ids::JobId, job};
use sea_orm::EntityTrait;

/// Stops it where it is: a chunk is done, or not. What is done stays done.
#[derive(Clone, Debug)]
pub struct CancelJob {
    pub job: JobId,
    pub reason: Option<String>,
}

impl Command for CancelJob {
    const ACTION: Action = Action::CancelJob;
    type Output = job::Model;

    fn target(&self) -> Target {
        Target::thing(self.job)
    }

    async fn run(self, w: &mut Writer) -> Result<job::Model, Stop> {
        let mut checks = Checks::new();
        let reason = self.reason.map(|reason| checks.block("reason", &reason, BLOCK));
        checks.finish()?;
        let row = w.lock(job::Entity::find_by_id(self.job)).await?.ok_or_else(no_job)?;
        if !matches!(row.state, JobState::AwaitingApproval | JobState::Queued | JobState::Running) {
            let message = "Nothing of this job can be stopped: it is over, or what is left is up to the systems (`tasks`).";
            return Err(Refusal::new(Code::JobFinished, message).at("jobId").into());
        }
        let row = job::Model {
            state: JobState::Cancelled,
            finished_at: Some(w.now()),
            taken_until: None,
            cancel_reason: reason,
            selection: None,
            selected_to: None,
            ..row
        };
        forget_numbers(w, row.id).await?;
        w.update::<job::Entity>(row).await
    }
}

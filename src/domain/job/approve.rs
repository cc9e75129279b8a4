//! A second person lets large work go ahead.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::disposal::BulkPlan,
    policy::{Action, Target},
};
use entity::{enums::JobState, ids::JobId, job};
use sea_orm::EntityTrait;

/// Lets it go ahead, exactly as the plan says that was looked at.
#[derive(Clone, Debug)]
pub struct ApproveJob {
    pub job: JobId,
    /// In hex.
    pub plan_hash: String,
}

impl Command for ApproveJob {
    const ACTION: Action = Action::ApproveJob;
    type Output = job::Model;

    fn target(&self) -> Target {
        Target::thing(self.job)
    }

    async fn run(self, w: &mut Writer) -> Result<job::Model, Stop> {
        let row = w.lock(job::Entity::find_by_id(self.job)).await?.ok_or_else(no_job)?;
        if row.state != JobState::AwaitingApproval {
            let message = "This job waits for nobody's approval.";
            return Err(Refusal::new(Code::NotAwaitingApproval, message).at("jobId").into());
        }
        if row.requested_by == w.caller().actor.id() {
            let message = "You asked for this job: somebody else has to look at it.";
            return Err(Refusal::new(Code::OwnJob, message).at("jobId").into());
        }
        let plan = match row.disposal_plan_id {
            Some(id) => BulkPlan::of(w, id).await?,
            None => None,
        };
        // It is forgotten when its time is over.
        let expired = || {
            let message = "This plan has expired: cancel the job, and ask for a new one.";
            Refusal::new(Code::PlanExpired, message).at("planHash")
        };
        let plan = plan.ok_or_else(expired)?;
        plan.must_be(w, &self.plan_hash)?;
        let row = job::Model {
            state: JobState::Queued,
            approved_by_name: Some(w.actor_name()),
            approved_at: Some(w.now()),
            ..row
        };
        w.update::<job::Entity>(row).await
    }
}

pub(super) fn no_job() -> Refusal {
    Refusal::new(Code::NotFound, "There is no such job.").at("jobId")
}

//! Does bulk work, some customers at a time, and lets everybody else have their turn in between.

use super::Worker;
use crate::{
    access::{Broken, Stop},
    domain::job::{
        AnonymizeNext, EndPlan, ExpiredSelections, FailNext, FinishJobs, ForgetSelections, ForgetWhom,
        JobsDue, JobsToFinish, JobsToForget, LeaseJob, Leased, PlanNext, SelectNext, SmallGroupsOf, Step,
    },
};
use entity::enums::JobStep;
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked for work.
const EVERY: Duration = Duration::from_secs(2);

/// Works until `stop` says so. What is under way is taken up again by whoever comes next.
pub async fn keep_jobs(worker: Worker, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        loop {
            tick.tick().await;
            if let Err(error) = worker.run_jobs().await {
                metrics::counter!("job_failures_total").increment(1);
                tracing::warn!(%error, "bulk work could not be done");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

impl Worker {
    /// Does all bulk work that is due, and says how much of it there was.
    ///
    /// # Errors
    /// When it cannot be told what is due, or some is left to be taken up again.
    pub async fn run_jobs(&self) -> Result<usize, Stop> {
        let access = |operation| self.door.program("jobs", operation);
        if access("findExpiredSelections").read(ExpiredSelections).await? {
            access("forgetSelections").write(ForgetSelections).await?;
        }
        while access("findForgotten").read(JobsToForget).await? {
            access("forgetWhom").write(ForgetWhom).await?;
        }
        let mut done = 0;
        while access("findJobs").read(JobsDue).await? {
            let Some(leased) = access("leaseJob").write(LeaseJob).await? else { break };
            self.run_job(leased).await?;
            tracing::info!(job.id = %leased.id, "bulk work has come to its end, or waits for people");
            done += 1;
        }
        if access("findFinishedJobs").read(JobsToFinish).await? {
            access("finishJobs").write(FinishJobs).await?;
        }
        Ok(done)
    }

    async fn run_job(&self, leased: Leased) -> Result<(), Stop> {
        let mut step = leased.step;
        loop {
            match self.next(leased, step, i64::MAX).await {
                Ok(Step::Next(next)) => step = next,
                Ok(Step::Over) => return Ok(()),
                Err(stop) if is_outage(&stop) => return Err(stop),
                // It fails with one of them, and is to go on with the others.
                Err(stop) => {
                    tracing::warn!(%stop, job.id = %leased.id, "some customers of bulk work failed together");
                    match self.one_by_one(leased, step).await? {
                        Step::Next(next) => step = next,
                        Step::Over => return Ok(()),
                    }
                }
            }
        }
    }

    /// The next of a chunk that failed, each by themselves: whoever fails alone as well is left out. Where nobody can be done, it is
    /// not them: it is tried again later.
    async fn one_by_one(&self, leased: Leased, step: JobStep) -> Result<Step, Stop> {
        let (mut done, mut failed) = (0, 0);
        for _ in 0..AT_MOST {
            match self.next(leased, step, 1).await {
                Ok(Step::Next(next)) if next == step => done += 1,
                Ok(other) => return Ok(other),
                Err(stop)
                    if is_outage(&stop) || step == JobStep::Select || (done == 0 && failed >= FIRST) =>
                {
                    return Err(stop);
                }
                Err(stop) => {
                    tracing::error!(%stop, job.id = %leased.id, "bulk work could not be done with a customer");
                    if !self.door.program("jobs", "leaveOut").write(FailNext { leased, step }).await? {
                        return Err(stop);
                    }
                    failed += 1;
                }
            }
        }
        Ok(Step::Next(step))
    }

    async fn next(&self, leased: Leased, step: JobStep, most: i64) -> Result<Step, Stop> {
        let (catalog, access) = (self.catalogs.current(), |operation| self.door.program("jobs", operation));
        match step {
            JobStep::Select => access("selectCustomers").write(SelectNext { catalog, leased }).await,
            JobStep::Plan => {
                let next = PlanNext { catalog, leased, most };
                if let Some(step) = access("planAnonymization").write(next).await? {
                    return Ok(step);
                }
                // Read apart: nobody who writes has to wait for it.
                let below = self.small_group;
                let small_groups = if below > 1 {
                    let count = SmallGroupsOf { job: leased.id, below };
                    Some(access("countSmallGroups").read(count).await?)
                } else {
                    None
                };
                access("planAnonymization").write(EndPlan { leased, small_groups }).await
            }
            JobStep::CarryOut => {
                let limits = (self.approval_above, most);
                let next = AnonymizeNext::new(catalog, self.erasures.ledger(), leased, limits);
                self.erasures.carry_out(&access("anonymizeCustomers"), next).await
            }
        }
    }
}

/// As many as a chunk has.
const AT_MOST: usize = 500;

/// Customers who may fail before any was done.
const FIRST: u32 = 3;

/// Whether nothing can be done at all now, whoever it is about. What is sealed about somebody and cannot be opened is about them alone.
fn is_outage(stop: &Stop) -> bool {
    let Stop::Broken(broken) = stop else { return false };
    broken.is_outage() || matches!(broken, Broken::TooLong | Broken::Unfit(_))
}

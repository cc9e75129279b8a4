//! Does bulk work, some customers at a time, and lets everybody else have their turn in between.

use super::Worker;
use crate::{
    access::{Broken, Stop},
    domain::job::{
        AnonymizeNext, AnyDone, CancelUnapproved, EndPlan, ExpiredSelections, FailNext, FinishJobs,
        ForgetSelections, ForgetWhom, JobsDue, JobsToCancel, JobsToFinish, JobsToForget, LeaseJob, Leased,
        PlanNext, Portion, PutBack, SelectNext, SmallGroupsOf, Step,
    },
};
use chrono::TimeDelta;
use entity::enums::JobStep;
use std::time::{Duration, Instant};
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked for work, and for what is over.
const EVERY: Duration = Duration::from_secs(2);

/// Chunks that are done of one work before others have their turn.
const TURN: u32 = 10;

/// How long work is left alone that could be done with nobody.
const LATER: TimeDelta = TimeDelta::minutes(1);

/// Works until `stop` says so. What is under way is taken up again by whoever comes next.
pub async fn keep_jobs(worker: Worker, mut stop: watch::Receiver<bool>) {
    let ticks = || {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    };
    let working = async {
        let mut tick = ticks();
        loop {
            tick.tick().await;
            if let Err(error) = worker.run_jobs().await {
                metrics::counter!("job_failures_total").increment(1);
                tracing::warn!(%error, "bulk work could not be done");
            }
        }
    };
    // By itself: what is over does not wait for what is not.
    let tidying = async {
        let mut tick = ticks();
        loop {
            tick.tick().await;
            if let Err(error) = worker.tidy_jobs().await {
                metrics::counter!("job_failures_total").increment(1);
                tracing::warn!(%error, "bulk work could not be ended, or forgotten");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = working => {}
        () = tidying => {}
    }
}

impl Worker {
    /// Does all bulk work that is due, each some chunks at a time, and says how much of it came to its end, or waits for people.
    ///
    /// # Errors
    /// When it cannot be told what is due, or some is left to be taken up again.
    pub async fn run_jobs(&self) -> Result<usize, Stop> {
        let access = |operation| self.door.program("jobs", operation);
        let mut done = 0;
        while access("findJobs").read(JobsDue).await? {
            let Some(leased) = access("leaseJob").write(LeaseJob).await? else { break };
            let turn = self.run_job(leased).await;
            self.erasures.empty_log_if_needed().await;
            let later = match turn {
                Ok(Turn::Over) => {
                    tracing::info!(job.id = %leased.id, "bulk work has come to its end, or waits for people");
                    done += 1;
                    continue;
                }
                Ok(Turn::GoesOn) => TimeDelta::zero(),
                Err(stop) if is_outage(&stop) => return Err(stop),
                // Something is wrong with the program, and not with them: nobody is left out for it.
                Err(stop) => {
                    metrics::counter!("job_failures_total").increment(1);
                    tracing::error!(%stop, job.id = %leased.id, "bulk work can be done with nobody now: it is tried again later");
                    LATER
                }
            };
            access("putBackJob").write(PutBack { leased, later }).await?;
        }
        Ok(done)
    }

    /// Ends what is over, calls off what nobody can approve any more, and forgets what has been over for a while.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_jobs(&self) -> Result<(), Stop> {
        let access = |operation| self.door.program("jobs", operation);
        if access("findExpiredSelections").read(ExpiredSelections).await? {
            access("forgetSelections").write(ForgetSelections).await?;
        }
        if access("findUnapproved").read(JobsToCancel).await? {
            access("cancelUnapproved").write(CancelUnapproved).await?;
        }
        if access("findFinishedJobs").read(JobsToFinish).await? {
            access("finishJobs").write(FinishJobs).await?;
        }
        while access("findForgotten").read(JobsToForget).await? {
            access("forgetWhom").write(ForgetWhom).await?;
        }
        Ok(())
    }

    async fn run_job(&self, leased: Leased) -> Result<Turn, Stop> {
        let mut step = leased.step;
        for _ in 0..TURN {
            let came = match self.next(leased, step, Portion::of(&self.door)).await {
                Err(stop) if !is_outage(&stop) && step != JobStep::Select => {
                    // It fails with one of them, and is to go on with the others.
                    tracing::warn!(%stop, job.id = %leased.id, "some customers of bulk work failed together");
                    self.one_by_one(leased, step).await?
                }
                came => came?,
            };
            match came {
                Step::Next(next) => step = next,
                Step::Nobody | Step::Over => return Ok(Turn::Over),
            }
        }
        Ok(Turn::GoesOn)
    }

    /// The next of a chunk that failed, each by themselves: whoever fails alone as well is left out, once somebody else was done. Where
    /// nobody can be done, it is not them.
    async fn one_by_one(&self, leased: Leased, step: JobStep) -> Result<Step, Stop> {
        let begun = Instant::now();
        let (mut any, mut failing) = (false, 0);
        let mut last = None;
        for _ in 0..AT_MOST {
            if !any && begun.elapsed() > PATIENCE {
                break;
            }
            match self.next(leased, step, Portion::one(failing)).await {
                Ok(Step::Next(next)) if next == step => {
                    any = true;
                    self.leave_out(leased, step, failing).await?;
                    failing = 0;
                }
                Ok(Step::Nobody) => break,
                Ok(other) => return Ok(other),
                Err(stop) if is_outage(&stop) => return Err(stop),
                Err(stop) => {
                    tracing::error!(%stop, job.id = %leased.id, "bulk work could not be done with a customer");
                    failing += 1;
                    last = Some(stop);
                }
            }
        }
        if any || self.door.program("jobs", "findDone").read(AnyDone { leased, step }).await? {
            self.leave_out(leased, step, failing).await?;
            return Ok(Step::Next(step));
        }
        last.map_or(Ok(Step::Next(step)), Err)
    }

    /// The next ones, who failed by themselves.
    async fn leave_out(&self, leased: Leased, step: JobStep, failing: i64) -> Result<(), Stop> {
        for _ in 0..failing {
            self.door.program("jobs", "leaveOut").write(FailNext { leased, step }).await?;
        }
        Ok(())
    }

    async fn next(&self, leased: Leased, step: JobStep, portion: Portion) -> Result<Step, Stop> {
        let (catalog, access) = (self.catalogs.current(), |operation| self.door.program("jobs", operation));
        match step {
            JobStep::Select => access("selectCustomers").write(SelectNext { catalog, leased }).await,
            JobStep::Plan => {
                let next = PlanNext { catalog, leased, portion };
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
                let limits = (self.approval_above, portion);
                let next = AnonymizeNext::new(catalog, self.erasures.ledger(), leased, limits);
                self.erasures.carry_out_some(&access("anonymizeCustomers"), next).await
            }
        }
    }
}

/// As many as a chunk has.
const AT_MOST: usize = 500;

/// How long it is looked for somebody with whom it can be done. A lease lasts longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a turn ended.
enum Turn {
    /// There is more, once others have had theirs.
    GoesOn,
    Over,
}

/// Whether nothing can be done at all now, whoever it is about. What is sealed about somebody and cannot be opened is about them alone.
fn is_outage(stop: &Stop) -> bool {
    let Stop::Broken(broken) = stop else { return false };
    broken.is_outage() || matches!(broken, Broken::TooLong | Broken::Unfit(_))
}

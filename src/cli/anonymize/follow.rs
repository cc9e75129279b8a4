//! A job is followed until it is over, or waits for somebody.

use super::{
    ask::Session,
    job::{JOB, Job, State, WHOLE_JOB, WholeJob},
};
use crate::cli::failure::Failure;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How soon it is looked again at first, and after something has changed.
const SOON: Duration = Duration::from_millis(500);

/// How long is waited at most while nothing changes. Each look is on record.
const LATER: Duration = Duration::from_secs(5);

/// The same while it waits for systems and third parties.
const MUCH_LATER: Duration = Duration::from_secs(30);

/// How long after everybody is done here a server may take to find that nothing is left to do elsewhere.
const SETTLES: Duration = Duration::from_secs(10);

impl Session {
    /// Waits until the job ends, or waits for somebody else.
    pub(super) async fn follow(&self, mut job: Job) -> Result<WholeJob, Failure> {
        let (mut wait, mut done_here) = (SOON, None);
        loop {
            self.show(&job);
            match job.state {
                State::Queued | State::Running => {}
                State::AwaitingTasks => {
                    let whole = self.whole(&job.id).await?;
                    let since = *done_here.get_or_insert_with(Instant::now);
                    let settles = whole.tasks_open() == 0 && since.elapsed() < SETTLES;
                    if whole.job.state != State::AwaitingTasks || !(settles || self.args.wait_for_tasks) {
                        return Ok(whole);
                    }
                    if self.args.wait_for_tasks {
                        let open = whole.tasks_open();
                        self.progress.says(&format!("{open} tasks at systems and third parties are open"));
                    }
                }
                _ => return self.whole(&job.id).await,
            }
            sleep_until(Instant::now() + wait).await;
            let next = self.job(&job.id).await?;
            let longest = match next.state {
                State::AwaitingTasks if done_here.is_none_or(|since| since.elapsed() >= SETTLES) => {
                    MUCH_LATER
                }
                State::AwaitingTasks => SOON,
                _ => LATER,
            };
            wait = if next == job { (wait * 3 / 2).min(longest) } else { SOON };
            if next != job {
                self.noted("progress", &next)?;
            }
            job = next;
        }
    }

    fn show(&self, job: &Job) {
        match job.state {
            State::Queued => self.progress.says("the job waits for its turn"),
            State::Running if job.done == 0 => {
                self.progress.says(&format!("what becomes of {} customers is planned", job.total));
            }
            State::Running => self.progress.done(job.done + job.failed, job.total),
            State::AwaitingTasks | State::Succeeded | State::SucceededWithFailures => {
                self.progress.done(job.done + job.failed, job.total);
            }
            _ => {}
        }
    }

    /// The job as it is now.
    pub(super) async fn job(&self, id: &str) -> Result<Job, Failure> {
        self.found(self.client.ask::<Option<Job>>(&JOB, json!({ "id": id })).await, id)
    }

    /// ... with all that is counted.
    pub(super) async fn whole(&self, id: &str) -> Result<WholeJob, Failure> {
        self.found(self.client.ask::<Option<WholeJob>>(&WHOLE_JOB, json!({ "id": id })).await, id)
    }
}

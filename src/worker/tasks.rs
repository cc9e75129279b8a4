//! Does what is to be done by now. Each system has a lane of its own, so that a slow one holds up nobody else.

use crate::{
    access::{Access, Door, Stop},
    connector::Connectors,
    domain::{
        catalog::{Catalog, Catalogs},
        erasure::Erasures,
        system::ConnectorOf,
        task::{
            AnswersOverdue, DisposeOfProfile, DueTasks, GatherProfile, HandOver, LeaseTasks, Leased,
            NoteFailure, NoteFound, SettleAttempt, SystemsWithWork,
        },
    },
};
use chrono::TimeDelta;
use entity::{
    connector::Connector,
    enums::{TaskAction, TaskState},
    ids::{SystemId, TaskId},
    system,
};
use futures::{StreamExt, stream};
use std::{
    collections::HashMap,
    ops::AddAssign,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::MissedTickBehavior,
};

/// How often it is looked for what is to be done.
const EVERY: Duration = Duration::from_secs(5);

/// Systems that are worked at side by side.
const LANES: usize = 64;

/// How long attempts may still take when the program is told to stop.
const LAST: Duration = Duration::from_secs(5);

/// How long a task stays in hand beyond the longest that an attempt may take.
const MARGIN: TimeDelta = TimeDelta::minutes(1);

/// How long one system is worked at before others have their turn.
const TURN: Duration = Duration::from_secs(30);

/// So many profiles may fail to be emptied before a pass ends: something is wrong with the program, not with them.
const MOST_FAILING: usize = 5_000;

/// What a pass has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Tasks that are done, or whose holder keeps what they are about.
    pub done: usize,
    /// Tasks whose third party answers later.
    pub waiting: usize,
    /// Tasks that were left to people.
    pub left: usize,
    /// Attempts that failed. They are made again, each time after twice as long.
    pub failed: usize,
    /// Results that did not count, as somebody else had the task in hand by then.
    pub stale: usize,
}

impl AddAssign for Worked {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.waiting += other.waiting;
        self.left += other.left;
        self.failed += other.failed;
        self.stale += other.stale;
    }
}

/// One that does what is to be done. Several may do so side by side, in one process and in many.
#[derive(Clone, Debug)]
pub struct Worker {
    pub door: Arc<Door>,
    pub catalogs: Arc<Catalogs>,
    pub connectors: Arc<Connectors>,
    pub erasures: Arc<Erasures>,
    /// Bulk work about more customers than these waits for a second person.
    pub approval_above: u64,
    /// A group among those who were anonymized is small if it has fewer; up to 1, nobody wants to know.
    pub small_group: u32,
}

/// Works until `stop` says so, and then ends what is under way, if that does not take long. What is not settled then is done
/// anew by whoever comes next.
pub async fn keep_tasks(worker: Worker, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let lanes = Arc::new(Semaphore::new(LANES));
    let (mut under_way, mut at, told_to_stop) = (JoinSet::new(), HashMap::new(), stop.clone());
    let kept = async {
        loop {
            tokio::select! {
                Some(ended) = under_way.join_next_with_id() => {
                    // One that panicked has said so; its system waits for the next look.
                    let lane = ended.as_ref().map_or_else(tokio::task::JoinError::id, |(lane, _)| *lane);
                    at.remove(&lane);
                    told(ended.map(|(_, worked)| worked).unwrap_or_default());
                }
                _ = tick.tick() => match worker.look().await {
                    Ok((systems, worked)) => {
                        told(worked);
                        for system in systems {
                            if at.values().any(|busy| *busy == system) {
                                continue;
                            }
                            let (worker, lanes, stop) = (worker.clone(), lanes.clone(), told_to_stop.clone());
                            let lane = under_way.spawn(async move {
                                // What is the program's own, and what is left to people, waits for nobody.
                                let _lane = if worker.reaches(system) { lanes.acquire().await.ok() } else { None };
                                worker.lane(system, Some(&stop)).await
                            });
                            at.insert(lane.id(), system);
                        }
                    }
                    Err(error) => {
                        metrics::counter!("task_failures_total").increment(1);
                        tracing::warn!(%error, "tasks could not be worked on");
                    }
                },
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
    let ended = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST, ended).await.is_err() {
        tracing::info!("attempts at tasks were broken off: they are made again");
    }
}

impl Worker {
    /// Does what is to be done by now at all systems, and waits until that has ended.
    ///
    /// # Errors
    /// When it cannot be told what there is to do. Where only some of it fails, the rest is done.
    pub async fn pass(&self) -> Result<Worked, Stop> {
        let (systems, mut worked) = self.due().await?;
        let mut lanes =
            stream::iter(systems.into_iter().map(|system| self.lane(system, None))).buffer_unordered(LANES);
        while let Some(lane) = lanes.next().await {
            worked += lane;
        }
        Ok(worked)
    }

    pub(super) fn access(&self, operation: &str) -> Access {
        self.door.program("worker", operation)
    }

    /// Where there is something to do. What could not be wiped out of the database's log the last time is now, perhaps.
    async fn look(&self) -> Result<(Vec<SystemId>, Worked), Stop> {
        self.erasures.empty_log_if_needed().await;
        self.due().await
    }

    /// Where there is something to do. Answers that should have come by now are left to people first.
    async fn due(&self) -> Result<(Vec<SystemId>, Worked), Stop> {
        let mut worked = Worked::default();
        while self.access("findDueTasks").read(AnswersOverdue).await? {
            let left = self.access("handOverTasks").write(HandOver::Unanswered).await?;
            worked.left += left;
            if left == 0 {
                break;
            }
        }
        Ok((self.access("findDueTasks").read(SystemsWithWork).await?, worked))
    }

    /// Whether others are asked at a system.
    fn reaches(&self, system: SystemId) -> bool {
        let catalog = self.catalogs.current();
        catalog.systems.get(&system).is_some_and(|row| !ConnectorOf(row).actions().is_empty())
    }

    /// Does what is to be done at one system by now, for a while, unless it is told to stop.
    async fn lane(&self, system: SystemId, stop: Option<&watch::Receiver<bool>>) -> Worked {
        let mut worked = Worked::default();
        if let Err(error) = self.work_at(system, stop, &mut worked).await {
            worked.failed += 1;
            tracing::warn!(%error, system.id = %system, "tasks at a system could not be worked on");
        }
        if worked.done > 0 {
            // What people were known by there is destroyed with the task.
            self.erasures.empty_log().await;
        }
        worked
    }

    async fn work_at(
        &self,
        system: SystemId,
        stop: Option<&watch::Receiver<bool>>,
        worked: &mut Worked,
    ) -> Result<(), Stop> {
        let goes_on = || stop.is_none_or(|stop| !*stop.borrow());
        let catalog = self.catalogs.current();
        let row = catalog.systems.get(&system).cloned();
        // One that was added a moment ago: this server has not heard of it yet.
        let Some(row) = row else { return Ok(()) };
        if row.built_in {
            self.own(Own::Empty, &catalog, system, worked).await?;
            self.erasures.erase_forgotten(&catalog).await?;
            return self.own(Own::Gather, &catalog, system, worked).await;
        }
        worked.left += self.leave_to_people(&row).await?;
        let Some(connector) = row.connector.as_ref().filter(|_| !ConnectorOf(&row).actions().is_empty())
        else {
            return Ok(());
        };
        let (at_once, most) = (Connectors::at_once(connector), 2 * Connectors::at_once(connector));
        // Each is looked at first, and in turns of so many.
        let longest = Connectors::longest_attempt(connector) * 2 * 2;
        let lasts = TimeDelta::from_std(longest).unwrap_or(MARGIN) + MARGIN;
        let begun = Instant::now();
        // Others wait for their turn: the next look goes on here.
        while goes_on() && begun.elapsed() < TURN {
            let before = *worked;
            let connectors = self.connectors.clone();
            let lease = LeaseTasks { catalog: catalog.clone(), connectors, system, most, lasts };
            let leased = self.access("leaseTasks").write(lease).await?;
            let taken = leased.len();
            let attempts = leased.into_iter().map(|leased| self.attempt(&catalog, leased));
            let mut attempts = stream::iter(attempts).buffer_unordered(at_once);
            while let Some(attempt) = attempts.next().await {
                *worked += attempt;
            }
            // A few that something keeps by now may have been put off: those behind them are found the next time. Where every
            // attempt fails, it is not for the tasks: the rest of them need not be tried now.
            if taken < most || worked.failed - before.failed == taken {
                break;
            }
        }
        Ok(())
    }

    /// Leaves to people what the connector cannot do; all of it, where there is none.
    async fn leave_to_people(&self, row: &system::Model) -> Result<usize, Stop> {
        let able = ConnectorOf(row).actions();
        if able.len() >= ConnectorOf::MOST_ACTIONS {
            return Ok(0);
        }
        let mut all = 0;
        loop {
            let due = DueTasks { system: row.id, able: able.clone(), except: Vec::new() };
            if self.access("findDueTasks").read(due).await?.is_empty() {
                return Ok(all);
            }
            let hand_over = HandOver::At { system: row.id, able: able.clone() };
            let left = self.access("handOverTasks").write(hand_over).await?;
            all += left;
            if left == 0 {
                return Ok(all);
            }
        }
    }

    /// Does what is the program's own.
    async fn own(
        &self,
        what: Own,
        catalog: &Arc<Catalog>,
        system: SystemId,
        worked: &mut Worked,
    ) -> Result<(), Stop> {
        let mut tried = Vec::<TaskId>::new();
        loop {
            let due = DueTasks { system, able: what.leaves(), except: tried.clone() };
            let due = self.access("findDueTasks").read(due).await?;
            for task in &due {
                let (catalog, task) = (catalog.clone(), *task);
                let done = match what {
                    Own::Empty => {
                        self.access("disposeOfProfile").write(DisposeOfProfile { catalog, task }).await
                    }
                    Own::Gather => self.access("gatherProfile").write(GatherProfile { catalog, task }).await,
                };
                match done {
                    Ok(true) => worked.done += 1,
                    // Somebody was faster, or it was put off: in no case is it to be looked at again at once.
                    Ok(false) => tried.push(task),
                    Err(error) => {
                        tracing::warn!(%error, task.id = %task, "a task could not be done");
                        worked.failed += 1;
                        tried.push(task);
                        let why =
                            "The profile could not be worked on: the program's log says more.".to_owned();
                        self.access("noteFailure").write(NoteFailure { task, why }).await?;
                    }
                }
            }
            if due.is_empty() || tried.len() > MOST_FAILING {
                return Ok(());
            }
        }
    }

    /// Makes one attempt, and settles what comes of it.
    async fn attempt(&self, catalog: &Arc<Catalog>, mut leased: Leased) -> Worked {
        let begun = Instant::now();
        let via = via(&leased.connector);
        let came = match self.look_first(&mut leased).await {
            Ok(Ok(())) => self.connectors.carry_out(&leased.asking, &leased.connector, &leased.call).await,
            Ok(Err(failure)) => Err(failure),
            Err(stop) => return not_settled(&stop, leased.task),
        };
        metrics::histogram!("task_attempt_seconds", "via" => via).record(begun.elapsed());
        let settle = SettleAttempt { catalog: catalog.clone(), task: leased.task, lease: leased.lease, came };
        match self.access("settleTask").write(settle).await {
            Ok(row) => settled(row.state),
            Err(stop) => not_settled(&stop, leased.task),
        }
    }

    /// Looks what there is before anything is changed, and has it on record: an attempt that is broken off may leave nothing
    /// for the next one to find.
    async fn look_first(&self, leased: &mut Leased) -> Result<Result<(), crate::connector::Failure>, Stop> {
        if leased.call.found_before.is_some() {
            return Ok(Ok(()));
        }
        match self.connectors.look(&leased.asking, &leased.connector, &leased.call).await {
            Ok(Some(rows)) if rows > 0 => {
                let note =
                    NoteFound { task: leased.task, lease: leased.lease, rows, version: leased.version };
                self.access("noteFound").write(note).await?;
                leased.call.found_before = Some(rows);
                Ok(Ok(()))
            }
            Ok(_) => Ok(Ok(())),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

/// What is done with profiles, which the program keeps itself.
#[derive(Clone, Copy, Debug)]
enum Own {
    Empty,
    Gather,
}

impl Own {
    /// What is not done so.
    fn leaves(self) -> Vec<TaskAction> {
        match self {
            Self::Gather => vec![TaskAction::Erase, TaskAction::Anonymize],
            Self::Empty => {
                vec![TaskAction::Export, TaskAction::Rectify, TaskAction::Restrict, TaskAction::Verify]
            }
        }
    }
}

fn via(connector: &Connector) -> &'static str {
    match connector {
        Connector::Sql(_) => "sql",
        Connector::Http(_) => "http",
        Connector::Email(_) => "email",
        Connector::Manual(_) => "manual",
    }
}

fn settled(state: TaskState) -> Worked {
    let mut worked = Worked::default();
    match state {
        TaskState::Succeeded | TaskState::Cancelled => worked.done = 1,
        TaskState::AwaitingThirdParty => worked.waiting = 1,
        TaskState::NeedsHuman => worked.left = 1,
        TaskState::Pending | TaskState::Running | TaskState::Retrying => worked.failed = 1,
    }
    worked
}

/// Nothing counts that could not be settled: the task is taken in hand again when its time is over.
fn not_settled(stop: &Stop, task: TaskId) -> Worked {
    if matches!(stop, Stop::Refused(_)) {
        tracing::info!(task.id = %task, "somebody else has the task in hand by now");
        return Worked { stale: 1, ..Worked::default() };
    }
    tracing::warn!(error = %stop, task.id = %task, "an attempt could not be settled");
    Worked { failed: 1, ..Worked::default() }
}

fn told(Worked { done, waiting, left, failed, stale }: Worked) {
    let counts = [("done", done), ("waiting", waiting), ("failed", failed), ("stale", stale)];
    for (outcome, count) in counts {
        metrics::counter!("task_attempts_total", "outcome" => outcome).increment(count as u64);
    }
    metrics::counter!("tasks_done_total").increment(done as u64);
    metrics::counter!("tasks_left_to_people_total").increment(left as u64);
    metrics::counter!("task_failures_total").increment(failed as u64);
    if done + waiting + left + failed + stale > 0 {
        tracing::info!(done, waiting, left, failed, stale, "tasks were worked on");
    }
}

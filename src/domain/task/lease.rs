//! Takes tasks in hand, for a while: what a worker that died had in hand, another takes up when its time is over.

use super::{
    apart::not_apart,
    correct::corrections,
    due::may_be_done,
    known_by::{Known, Line, lines_of, subjects},
    settle::{call_off, changed, disposes, to_a_person},
    write::write,
};
use crate::{
    access::{Command, Stop, Writer},
    connector::{Asking, Call, Connectors, actions, max_attempts},
    domain::{
        catalog::{self, Catalog},
        justification::unjustified,
    },
    policy::{Action, Target},
};
use chrono::TimeDelta;
use entity::{
    connector::Connector,
    enums::{TaskAction, TaskState},
    ids::{SystemId, TaskId},
    task,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use std::{collections::BTreeSet, sync::Arc};

/// When it is looked again at a task that something has come to keep meanwhile, should nobody have called it off by then.
pub(super) const LATER: TimeDelta = TimeDelta::minutes(15);

/// Takes the next tasks of one system in hand, those that its connector can do. Several workers may do so side by side.
#[derive(Clone, Debug)]
pub struct LeaseTasks {
    pub catalog: Arc<Catalog>,
    pub system: SystemId,
    pub connectors: Arc<Connectors>,
    pub most: usize,
    /// For how long. What is not settled by then is somebody else's.
    pub lasts: TimeDelta,
}

/// A task in hand.
#[derive(Clone, Debug)]
pub struct Leased {
    pub task: TaskId,
    /// Which time it was taken in hand: its result counts only for as long as nobody else has done so since.
    pub lease: i64,
    /// How its system is reached: the system's version.
    pub version: i32,
    pub asking: Asking,
    pub connector: Connector,
    pub call: Call,
}

impl Command for LeaseTasks {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = Vec<Leased>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Vec<Leased>, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let system = catalog.systems.get(&self.system);
        let Some((system, connector)) = system.and_then(|system| Some((system, system.connector.as_ref()?)))
        else {
            return Ok(Vec::new());
        };
        let tasks = self.due(w, &actions(connector)).await?;
        let lines = lines_of(w, &tasks.iter().map(|task| task.id).collect::<Vec<_>>()).await?;
        let tasks = self.still_to_do(w, &catalog, tasks, &lines).await?;
        let (mut corrections, closed) = corrections(w, &tasks).await?;
        let not_apart = not_apart(w, (self.system, connector), &tasks, &lines).await?;
        let mut subjects = subjects(w, system, &tasks, &lines).await?;
        let mut leased = Vec::with_capacity(tasks.len());
        for task in tasks {
            let Some(Known { subject, categories }) = subjects.remove(&task.id) else { continue };
            w.tells(task.customer_id, &categories.iter().cloned().collect::<Vec<_>>());
            let Some(subject) = subject.filter(|_| !closed.contains(&task.id)) else {
                to_a_person(w, task, "What is sealed about the person cannot be opened.").await?;
                continue;
            };
            if not_apart.contains(&task.id) {
                let why = "Other data of the same kind is to stay there, and by what the person is known by there the two \
                           cannot be told apart: dispose of it by hand.";
                to_a_person(w, task, why).await?;
                continue;
            }
            if task.state == TaskState::Running && task.attempts >= max_attempts(connector) {
                to_a_person(w, task, "Each attempt was broken off before anything came of it.").await?;
                continue;
            }
            let row = task::Model {
                state: TaskState::Running,
                attempts: task.attempts + 1,
                lease: task.lease + 1,
                next_attempt_at: Some(w.now() + self.lasts),
                ..task
            };
            let row = changed(w, row).await?;
            let letter = match connector {
                Connector::Email(email) => {
                    Some(write(w, (&catalog, &self.connectors), email, &row, (&categories, &subject)).await?)
                }
                _ => None,
            };
            let (task, system_id, asked_at) = (row.id, row.system_id, row.created_at);
            let asking = Asking { task, system: system_id, asked_at, now: w.now(), letter };
            // What was found by another way there says nothing of this one.
            let found = row.found_before.filter(|_| row.found_version == Some(system.version));
            let found_before = found.and_then(|rows| u64::try_from(rows).ok());
            let corrections = corrections.remove(&row.id).unwrap_or_default();
            let (key, action) = (row.call_key, row.action);
            let call = Call { key, action, categories, subject, found_before, corrections };
            let (connector, version) = (connector.clone(), system.version);
            leased.push(Leased { task, lease: row.lease, version, asking, connector, call });
        }
        Ok(leased)
    }
}

impl LeaseTasks {
    /// The first tasks whose time has come, longest due first, that nobody else is taking at this moment.
    async fn due(&self, w: &Writer, actions: &[TaskAction]) -> Result<Vec<task::Model>, Stop> {
        let waiting =
            [TaskState::Pending, TaskState::Retrying, TaskState::Running, TaskState::AwaitingThirdParty];
        let due = task::Entity::find()
            .filter(task::Column::SystemId.eq(self.system))
            .filter(task::Column::State.is_in(waiting))
            .filter(task::Column::NextAttemptAt.lte(w.now()))
            .filter(task::Column::Action.is_in(actions.iter().copied()))
            .filter(task::Column::FinishedAt.is_null())
            .filter(Expr::cust(may_be_done("task")))
            .order_by_asc(task::Column::NextAttemptAt)
            .order_by_asc(task::Column::Id)
            .limit(self.most as u64)
            // Weaker than for a change of the key: a row that somebody else's new row refers to is not passed over.
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        w.all(due).await
    }

    /// Those disposals whose lines still have nothing that keeps them: the others are the sweep's to see to. And of the rest,
    /// those of which something is still there.
    async fn still_to_do(
        &self,
        w: &Writer,
        catalog: &Catalog,
        tasks: Vec<task::Model>,
        lines: &[Line],
    ) -> Result<Vec<task::Model>, Stop> {
        let ids = lines.iter().map(|line| line.row.id).collect::<Vec<_>>();
        let loose = unjustified(w, catalog, &ids).await?;
        let kept = lines.iter().filter(|line| !loose.contains(&line.row.id)).map(|line| line.task);
        let kept = kept.collect::<BTreeSet<_>>();
        let there = lines.iter().map(|line| line.task).collect::<BTreeSet<_>>();
        let (disposals, others) = tasks.into_iter().partition::<Vec<_>, _>(disposes);
        let (kept, mut to_do) = disposals.into_iter().partition::<Vec<_>, _>(|task| kept.contains(&task.id));
        for task in others {
            if there.contains(&task.id) {
                to_do.push(task);
            } else {
                call_off(w, task).await?;
            }
        }
        for task in kept {
            let row = task::Model { next_attempt_at: Some(w.now() + LATER), ..task };
            w.update::<task::Entity>(row).await?;
        }
        Ok(to_do)
    }
}

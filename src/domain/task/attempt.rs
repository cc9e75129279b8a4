//! What comes of an attempt at a task: what was found before it, and how it went.

use super::settle::{Heard, settle};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::{Answer, Failure},
    domain::catalog::{self, Catalog},
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{TaskOutcome, TaskState},
    ids::TaskId,
    task,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Notes how many rows there were before anything is changed: should the attempt be broken off, the next one may find none,
/// and still it was the task that changed them.
#[derive(Clone, Copy, Debug)]
pub struct NoteFound {
    pub task: TaskId,
    pub lease: i64,
    pub rows: u64,
    /// How its system was reached.
    pub version: i32,
}

impl Command for NoteFound {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.task, self.lease).await?;
        if row.state != TaskState::Running {
            return Err(ended());
        }
        w.about(Target::customer(row.customer_id));
        let found_before = Some(i64::try_from(self.rows).unwrap_or(i64::MAX));
        let found_version = Some(self.version);
        w.update::<task::Entity>(task::Model { found_before, found_version, ..row }).await.map(drop)
    }
}

/// Settles what an attempt came to: with its evidence, or with when it is tried again.
#[derive(Clone, Debug)]
pub struct SettleAttempt {
    pub catalog: Arc<Catalog>,
    pub task: TaskId,
    pub lease: i64,
    pub came: Result<Answer, Failure>,
}

impl Command for SettleAttempt {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = task::Model;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<task::Model, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = in_hand(w, self.task, self.lease).await?;
        // Whoever called it off did not keep it from being done: what is gone is gone, and has to be on the map as such.
        let called_off = row.state == TaskState::Cancelled && row.outcome == Some(TaskOutcome::Superseded);
        if row.state != TaskState::Running && !called_off {
            return Err(ended());
        }
        w.about(Target::customer(row.customer_id));
        settle(w, &catalog, row, Heard { came: self.came, later: false }).await
    }
}

/// The task, its customer and itself locked, if this lease of it is the last one.
async fn in_hand(w: &Writer, task: TaskId, lease: i64) -> Result<task::Model, Stop> {
    let nothing = || Stop::from(Refusal::new(Code::NotFound, "There is no such task.").at("taskId"));
    let found = w.one(task::Entity::find_by_id(task)).await?.ok_or_else(nothing)?;
    // The customer first, as whoever ends or holds something does.
    w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
    let row = w.lock(task::Entity::find_by_id(task)).await?.ok_or_else(nothing)?;
    if row.lease == lease {
        return Ok(row);
    }
    let message = "Another worker has taken this task in hand since: what this one says no longer counts.";
    Err(Refusal::new(Code::TaskRunning, message).at("taskId").into())
}

fn ended() -> Stop {
    Refusal::new(Code::TaskFinished, "This task has ended, or waits for somebody else, by now.")
        .at("taskId")
        .into()
}

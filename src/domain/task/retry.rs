//! A person has a task tried again.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::checks::not_found,
    policy::{Action, Target},
};
use entity::{customer, enums::TaskState, ids::TaskId, task};
use sea_orm::EntityTrait;

/// Has a task tried again now, or when its grace is over, with its count of attempts started over.
#[derive(Clone, Copy, Debug)]
pub struct RetryTask {
    pub task: TaskId,
}

impl Command for RetryTask {
    const ACTION: Action = Action::RetryTask;
    type Output = task::Model;

    fn target(&self) -> Target {
        // Whose it is, the task says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<task::Model, Stop> {
        let nothing = || not_found("taskId", "task");
        let found = w.one(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(found.customer_id));
        w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
        let row = w.lock(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        let refused = match row.state {
            TaskState::Succeeded | TaskState::Cancelled => {
                Some((Code::TaskFinished, "This task has ended already."))
            }
            // When its time in hand is over, whoever had it is gone.
            TaskState::Running if row.next_attempt_at.is_none_or(|until| until > w.now()) => {
                Some((Code::TaskRunning, "A worker has it in hand this moment: try again shortly."))
            }
            _ => None,
        };
        if let Some((code, message)) = refused {
            return Err(Refusal::new(code, message).at("taskId").into());
        }
        // To whoever has answered for good it has to be another question: the same one, they would answer as before.
        let call_key = if row.answered_at.is_some() { w.id() } else { row.call_key };
        let row = task::Model {
            state: TaskState::Pending,
            next_attempt_at: Some(row.not_before.max(w.now())),
            attempts: 0,
            lease: row.lease + 1,
            found_before: None,
            found_version: None,
            call_key,
            found_nothing: false,
            last_error: None,
            answered_at: None,
            answer_by: None,
            letters: 0,
            ..row
        };
        w.changed(row.customer_id, &["tasks"]);
        w.update::<task::Entity>(row).await
    }
}

//! What people say of tasks.

use super::types::Task;
use crate::{
    domain::task::{CompleteTask, RetryTask},
    graphql::{
        context::{access, catalog},
        enums::TaskOutcome,
        node::id_or_nobody,
        scalars::Json,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct TaskMutation;

#[derive(Debug, InputObject)]
pub struct CompleteTaskInput {
    task_id: ID,
    /// DONE and NOTHING_FOUND end the task as SUCCEEDED, KEPT and IMPOSSIBLE as CANCELLED. SUPERSEDED is not for people to say.
    #[graphql(default_with = "TaskOutcome::Done")]
    outcome: TaskOutcome,
    /// What was done or found, and how that is known. Becomes `TaskEvidence.statement`. Why something is KEPT, or IMPOSSIBLE, the
    /// customer is told in these words.
    evidence: String,
    /// Such as a letter's or a ticket's reference.
    reference: Option<String>,
    /// What an EXPORT has brought together: it goes to the customer with what the others bring.
    export: Option<Json>,
}

#[derive(SimpleObject)]
pub struct CompleteTaskPayload {
    task: Option<Task>,
    user_errors: Vec<UserError>,
}

#[derive(Debug, InputObject)]
pub struct RetryTaskInput {
    task_id: ID,
}

#[derive(SimpleObject)]
pub struct RetryTaskPayload {
    task: Option<Task>,
    user_errors: Vec<UserError>,
}

#[Object]
impl TaskMutation {
    /// A person attests what came of a task, of any but those that Kartotek does itself (TASK_RUNNING). What is gone leaves
    /// tombstones on the map at once. What was only pseudonymized is not gone: it was not DONE.
    ///
    /// userErrors: TASK_FINISHED, TASK_RUNNING.
    ///
    /// Requires: COMPLIANCE.
    async fn complete_task(
        &self,
        ctx: &Context<'_>,
        input: CompleteTaskInput,
    ) -> Result<CompleteTaskPayload> {
        let command = CompleteTask {
            catalog: catalog(ctx),
            task: id_or_nobody(&input.task_id),
            outcome: input.outcome.into(),
            evidence: input.evidence,
            reference: input.reference,
            export: input.export.map(|export| export.0),
        };
        let (task, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(CompleteTaskPayload { task: task.map(Task), user_errors })
    }

    /// Tries a task again now, with its count of attempts started over; what may not begin yet, when it may.
    ///
    /// userErrors: TASK_FINISHED, TASK_RUNNING.
    ///
    /// Requires: COMPLIANCE.
    async fn retry_task(&self, ctx: &Context<'_>, input: RetryTaskInput) -> Result<RetryTaskPayload> {
        let command = RetryTask { task: id_or_nobody(&input.task_id) };
        let (task, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(RetryTaskPayload { task: task.map(Task), user_errors })
    }
}

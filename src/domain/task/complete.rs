//! A person attests what came of a task.

use super::{
    sealed::{Owner, seal},
    settle::{Came, finish},
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::Gathered,
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, LINE, not_found},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    customer,
    enums::{EvidenceKind, SealedKind, TaskAction, TaskOutcome, TaskState},
    ids::TaskId,
    task, task_evidence,
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::sync::Arc;

/// As much as a person may attach, in bytes.
const LARGEST: usize = 1_000_000;

/// Ends a task on a person's word: what it was about is gone, was never there, or stays with its holder.
#[derive(Clone, Debug)]
pub struct CompleteTask {
    pub catalog: Arc<Catalog>,
    pub task: TaskId,
    pub outcome: TaskOutcome,
    /// What was done or found, and how that is known.
    pub evidence: String,
    /// Such as a letter's or a ticket's.
    pub reference: Option<String>,
    /// What was gathered, for an export.
    pub export: Option<Value>,
}

impl Command for CompleteTask {
    const ACTION: Action = Action::CompleteTask;
    type Output = task::Model;

    fn target(&self) -> Target {
        // Whose it is, the task says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<task::Model, Stop> {
        let mut checks = Checks::new();
        let statement = checks.block("evidence", &self.evidence, BLOCK);
        let reference = self.reference.as_ref().map(|text| checks.line("reference", text, LINE));
        if self.outcome == TaskOutcome::Superseded {
            let message = "Whether a task is still needed is not for people to say: name what came of it.";
            checks.refuse("outcome", Code::OutOfRange, message);
        }
        checks.finish()?;
        let nothing = || not_found("taskId", "task");
        let catalog = catalog::held(w, &self.catalog).await?;
        let found = w.one(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(found.customer_id));
        // The customer first, as whoever ends or holds something does: one of the two sees what the other has done.
        w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
        let row = w.lock(task::Entity::find_by_id(self.task)).await?.ok_or_else(nothing)?;
        let own = catalog.systems.get(&row.system_id).is_some_and(|system| system.built_in);
        refuse_unready(&row, own, w.now())?;
        self.attach(w, &row).await?;
        let evidence = task_evidence::Model {
            task_id: row.id,
            customer_id: row.customer_id,
            kind: EvidenceKind::Attested,
            recorded_at: w.now(),
            recorded_by: w.actor_name(),
            rows_changed: None,
            statement: Some(statement),
            reference,
            document: None,
        };
        // Whatever a worker that had it in hand should still say, it no longer counts.
        let row = task::Model { lease: row.lease + 1, ..row };
        finish(w, row, Came { outcome: self.outcome, evidence }).await
    }
}

impl CompleteTask {
    /// Seals what was gathered, with what the others gather.
    async fn attach(&self, w: &Writer, row: &task::Model) -> Result<(), Stop> {
        let Some(export) = &self.export else { return Ok(()) };
        let refused = |message: &str| Err(Refusal::new(Code::OutOfRange, message).at("export").into());
        if row.action != TaskAction::Export || self.outcome != TaskOutcome::Done {
            return refused("Only what an EXPORT has brought together can be attached.");
        }
        if export.to_string().len() > LARGEST {
            return refused(
                "At most a million bytes can be attached: hand it over by another way, and say so.",
            );
        }
        let gathered = Gathered(vec![json!({ "document": export })]);
        let owner = Owner::Task(row.id, row.data_request_id);
        seal(w, (row.customer_id, owner), SealedKind::Export, &gathered).await
    }
}

/// What a person can speak of: nothing that has ended, and nothing that the program is at.
fn refuse_unready(row: &task::Model, own: bool, now: DateTime<Utc>) -> Result<(), Stop> {
    let refused = match row.state {
        TaskState::Succeeded | TaskState::Cancelled => (Code::TaskFinished, "This task has ended already."),
        // When its time in hand is over, whoever had it is gone.
        TaskState::Running if row.next_attempt_at.is_none_or(|until| until > now) => {
            (Code::TaskRunning, "The program is working on it: wait until it is done.")
        }
        _ if own => (Code::TaskRunning, "Kartotek does this itself, when its time has come."),
        _ => return Ok(()),
    };
    Err(Refusal::new(refused.0, refused.1).at("taskId").into())
}

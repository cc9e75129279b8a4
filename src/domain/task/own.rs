//! What is to go from a profile, which the program keeps itself, goes.

use super::settle::{Came, finish, lines_of};
use crate::{
    access::{Broken, Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        customer::replace_lookups,
        justification::unjustified,
    },
    policy::{Action, ProfileField, Target},
};
use entity::{
    customer,
    enums::{CustomerStatus, EvidenceKind, TaskOutcome, TaskState},
    ids::TaskId,
    subject_key, task, task_evidence,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Takes out of a profile what a task says, and reads it again. Once it is done, doing it again changes nothing.
#[derive(Clone, Debug)]
pub struct DisposeOfProfile {
    pub catalog: Arc<Catalog>,
    pub task: TaskId,
}

impl Command for DisposeOfProfile {
    const ACTION: Action = Action::CarryOutTasks;
    /// Whether there was anything to do.
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let Some(found) = w.one(task::Entity::find_by_id(self.task)).await? else { return Ok(false) };
        let Some(customer) = w.lock(customer::Entity::find_by_id(found.customer_id)).await? else {
            return Ok(false);
        };
        let Some(row) = w.lock(task::Entity::find_by_id(self.task)).await? else { return Ok(false) };
        let is_kept = !matches!(customer.status, CustomerStatus::Active | CustomerStatus::Dormant);
        let due = row.next_attempt_at.is_none_or(|at| at <= w.now());
        // Somebody was faster, or it was called off; or the customer wants everything kept (Art. 18).
        if row.state != TaskState::Pending || !due || is_kept {
            return Ok(false);
        }
        let lines = lines_of(w, &row).await?;
        let ids = lines.iter().map(|line| line.id).collect::<Vec<_>>();
        // What the law has come to keep since is the sweep's to see to.
        if unjustified(w, &catalog, &ids).await?.len() < ids.len() {
            return Ok(false);
        }
        w.about(Target::customer(customer.id));
        let is_to_go =
            |field: &ProfileField| lines.iter().any(|line| line.category.as_str() == field.category());
        let fields = ProfileField::ALL.into_iter().filter(is_to_go).collect::<Vec<_>>();
        let rows = empty(w, customer, &fields).await?;
        let evidence = task_evidence::Model {
            task_id: row.id,
            customer_id: row.customer_id,
            kind: EvidenceKind::ReadBack,
            recorded_at: w.now(),
            recorded_by: w.actor_name(),
            rows_changed: Some(rows),
            statement: None,
            reference: None,
        };
        let outcome = if rows > 0 { TaskOutcome::Done } else { TaskOutcome::NothingFound };
        finish(w, row, Came { outcome, evidence }).await?;
        Ok(true)
    }
}

/// Takes these fields out of a profile; how many rows that changed, as read again.
async fn empty(w: &Writer, customer: customer::Model, fields: &[ProfileField]) -> Result<i64, Stop> {
    let Some(key) = w.one(subject_key::Entity::find_by_id(customer.id)).await? else { return Ok(0) };
    let mut profile = w.open(&customer, &key)?.unwrap_or_default();
    let there = fields.iter().copied().filter(|field| profile.get(*field).is_some()).collect::<Vec<_>>();
    if there.is_empty() {
        return Ok(0);
    }
    for field in &there {
        profile.clear(*field);
    }
    replace_lookups(w, customer.id, &profile).await?;
    let sealed = w.seal(&key, &profile)?;
    let emptied = customer::Model { profile: Some(sealed), version: customer.version + 1, ..customer };
    let id = w.update::<customer::Entity>(emptied).await?.id;
    let Some(read) = w.one(customer::Entity::find_by_id(id)).await? else { return Ok(0) };
    let read = w.open(&read, &key)?.unwrap_or_default();
    if there.iter().any(|field| read.get(*field).is_some()) {
        return Err(Broken::Stored("a profile that was emptied is still there").into());
    }
    w.changed(id, &there.iter().map(|field| field.word()).collect::<Vec<_>>());
    Ok(1)
}

//! What is to go from a profile, which the program keeps itself, goes.

use super::{
    backoff,
    known_by::{lines_of, seal_before_change},
    lease::LATER,
    settle::{Came, changed, cut, finish, shown, to_a_person},
};
use crate::{
    access::{Broken, Command, Profile, Stop, Writer},
    connector::Evidence,
    domain::{
        catalog::{self, Catalog},
        customer::{is_restricted, replace_lookups},
        justification::unjustified,
    },
    policy::{Action, ProfileField, Target},
};
use entity::{
    customer,
    enums::{CustomerStatus, TaskOutcome, TaskState},
    ids::TaskId,
    subject_key, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// After so many failures somebody has to look.
const MOST_ATTEMPTS: i32 = 10;

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
        let Some((customer, row)) = due(w, self.task).await? else { return Ok(false) };
        let is_kept = is_restricted(&customer);
        let lines = lines_of(w, &[row.id]).await?;
        let ids = lines.iter().map(|line| line.row.id).collect::<Vec<_>>();
        // The customer wants everything kept (Art. 18); or what the law has come to keep since is the sweep's to see to.
        if is_kept || unjustified(w, &catalog, &ids).await?.len() < ids.len() {
            let next_attempt_at = Some(w.now() + LATER);
            w.update::<task::Entity>(task::Model { next_attempt_at, ..row }).await?;
            return Ok(false);
        }
        w.about(Target::customer(customer.id));
        let is_to_go =
            |field: &ProfileField| lines.iter().any(|line| line.row.category.as_str() == field.category());
        let fields = ProfileField::ALL.into_iter().filter(is_to_go).collect::<Vec<_>>();
        let rows = empty(w, &catalog, customer, &fields).await?;
        let evidence = shown(w, &row, Evidence::ReadBack { rows });
        let outcome = if rows > 0 { TaskOutcome::Done } else { TaskOutcome::NothingFound };
        let row = task::Model { attempts: row.attempts + 1, ..row };
        finish(w, row, Came { outcome, evidence }).await?;
        Ok(true)
    }
}

/// Notes that a profile could not be emptied. It is tried again later, and after so many times somebody has to look.
#[derive(Clone, Debug)]
pub struct NoteFailure {
    pub task: TaskId,
    pub why: String,
}

impl Command for NoteFailure {
    const ACTION: Action = Action::CarryOutTasks;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let Some((_, row)) = due(w, self.task).await? else { return Ok(()) };
        w.about(Target::customer(row.customer_id));
        let row = task::Model { attempts: row.attempts + 1, ..row };
        if row.attempts >= MOST_ATTEMPTS {
            return to_a_person(w, row, &self.why).await.map(drop);
        }
        let next_attempt_at = Some(w.now() + backoff::wait(row.id, row.attempts, None));
        let row = task::Model { next_attempt_at, last_error: Some(cut(&self.why)), ..row };
        changed(w, task::Model { state: TaskState::Retrying, ..row }).await.map(drop)
    }
}

/// The task and whose it is, both locked; none when somebody was faster, or it was called off.
pub(super) async fn due(w: &Writer, task: TaskId) -> Result<Option<(customer::Model, task::Model)>, Stop> {
    let Some(found) = w.one(task::Entity::find_by_id(task)).await? else { return Ok(None) };
    let Some(customer) = w.lock(customer::Entity::find_by_id(found.customer_id)).await? else {
        return Ok(None);
    };
    let row = w.lock(task::Entity::find_by_id(task)).await?;
    let is_due = |row: &task::Model| {
        matches!(row.state, TaskState::Pending | TaskState::Retrying)
            && row.next_attempt_at.is_none_or(|at| at <= w.now())
    };
    Ok(row.filter(is_due).map(|row| (customer, row)))
}

/// Takes these fields out of a profile; how many rows that changed, as read again.
async fn empty(
    w: &Writer,
    catalog: &Catalog,
    customer: customer::Model,
    fields: &[ProfileField],
) -> Result<u64, Stop> {
    let Some(key) = w.one(subject_key::Entity::find_by_id(customer.id)).await? else { return Ok(0) };
    let mut profile: Profile = w.open(&customer, &key)?.unwrap_or_default();
    let there = fields.iter().copied().filter(|field| profile.get(*field).is_some()).collect::<Vec<_>>();
    if there.is_empty() {
        return Ok(0);
    }
    seal_before_change(w, catalog, &customer, &profile, &there).await?;
    for field in &there {
        profile.clear(*field);
    }
    let emptied = match customer.disposed_as {
        None => {
            replace_lookups(w, customer.id, &profile).await?;
            let sealed = w.seal(&key, &profile)?;
            customer::Model { profile: Some(sealed), version: customer.version + 1, ..customer }
        }
        Some(status) => let_go(w, customer, &key, &profile, status).await?,
    };
    let id = w.update::<customer::Entity>(emptied).await?.id;
    let Some(read) = w.one(customer::Entity::find_by_id(id)).await? else { return Ok(0) };
    let key = w.one(subject_key::Entity::find_by_id(id)).await?;
    let read = key.map(|key| w.open(&read, &key)).transpose()?.flatten().unwrap_or_default();
    if there.iter().any(|field| read.get(*field).is_some()) {
        return Err(Broken::Stored("a profile that was emptied is still there").into());
    }
    w.changed(id, &there.iter().map(|field| field.word()).collect::<Vec<_>>());
    Ok(1)
}

/// The law lets go of a part of what it kept of somebody who was disposed of. What it still keeps is sealed under another
/// key, so that no backup opens that has this one; and when that is nothing, they are gone.
async fn let_go(
    w: &Writer,
    customer: customer::Model,
    key: &subject_key::Model,
    rest: &Profile,
    status: CustomerStatus,
) -> Result<customer::Model, Stop> {
    let customer = customer::Model { version: customer.version + 1, ..customer };
    if ProfileField::ALL.into_iter().any(|field| rest.get(field).is_some()) {
        let (key, sealed) = w.enroll(customer.id, rest)?;
        w.update::<subject_key::Entity>(key).await?;
        return Ok(customer::Model { profile: Some(sealed), ..customer });
    }
    let its = subject_key::Column::CustomerId.eq(key.customer_id);
    w.delete(subject_key::Entity::delete_many().filter(its)).await?;
    w.changed(customer.id, &["status"]);
    Ok(customer::Model { profile: None, status, status_since: w.now(), ..customer })
}

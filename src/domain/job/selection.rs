//! Lists of customers that are too long for one call, on their way to bulk work.

use crate::{
    access::{Code, Command, Inquiry, Reader, Refusal, Sql, Stop, Writer},
    domain::checks::{Checks, LINE},
    policy::{Action, Target},
};
use chrono::TimeDelta;
use entity::{customer_selection, ids::CustomerSelectionId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// How many one call may bring.
pub(super) const AT_ONCE: usize = 10_000;

/// How long a list is there after it was last added to.
const LASTS: TimeDelta = TimeDelta::hours(24);

/// Adds numbers of customers to a list, or to a new one. Those that are on it already are on it once.
#[derive(Clone, Debug)]
pub struct UploadSelection {
    pub selection: Option<CustomerSelectionId>,
    pub references: Vec<String>,
}

/// The list as it is then.
pub type Uploaded = customer_selection::Model;

impl Command for UploadSelection {
    const ACTION: Action = Action::UploadSelection;
    type Output = Uploaded;

    fn target(&self) -> Target {
        self.selection.map_or_else(Target::none, Target::thing)
    }

    async fn run(self, w: &mut Writer) -> Result<Uploaded, Stop> {
        let mut references = checked(&self.references)?;
        references.sort();
        references.dedup();
        let (actor, expires_at) = (w.actor_id(), w.now() + LASTS);
        let row = if let Some(id) = self.selection {
            let found = w.lock(customer_selection::Entity::find_by_id(id)).await?;
            let found =
                found.filter(|row| row.actor == actor && row.job_id.is_none() && row.expires_at > w.now());
            found.ok_or_else(no_selection)?
        } else {
            let id = CustomerSelectionId(w.id());
            let row = customer_selection::Model { id, actor, size: 0, job_id: None, expires_at };
            w.insert::<customer_selection::Entity>(row).await?
        };
        w.about(Target::thing(row.id));
        let mut added = 0;
        for some in references.chunks(1_000) {
            let mut sql =
                Sql::new("INSERT INTO customer_selection_reference (selection_id, reference) VALUES ");
            for (at, reference) in some.iter().enumerate() {
                sql.push(if at == 0 { "(" } else { ", (" }).bind(row.id.0).push(", ");
                sql.bind(reference.clone()).push(")");
            }
            sql.push(" ON CONFLICT DO NOTHING");
            added += w.execute(sql).await?;
        }
        let size = row.size + i64::try_from(added).unwrap_or_default();
        w.update::<customer_selection::Entity>(customer_selection::Model { size, expires_at, ..row }).await
    }
}

/// Numbers as customers have them.
pub(super) fn checked(references: &[String]) -> Result<Vec<String>, Stop> {
    let mut checks = Checks::new();
    if references.is_empty() {
        checks.refuse("references", Code::Required, "Name at least one.");
    }
    checks.at_most("references", references, AT_ONCE);
    checks.finish()?;
    let mut checks = Checks::new();
    let line = |(at, text): (usize, &String)| checks.line(&format!("references.{at}"), text, LINE);
    let references = references.iter().enumerate().map(line).collect::<Vec<_>>();
    checks.finish()?;
    Ok(references)
}

pub(super) fn no_selection() -> Refusal {
    let message = "You have uploaded no such list, or its time is over: upload it again.";
    Refusal::new(Code::NotFound, message).at("selectionId")
}

/// A list of the caller's own.
#[derive(Clone, Copy, Debug)]
pub struct SelectionById(pub CustomerSelectionId);

impl Inquiry for SelectionById {
    const ACTION: Action = Action::SeeSelections;
    type Output = Option<Uploaded>;

    fn target(&self) -> Target {
        Target::thing(self.0)
    }

    async fn run(self, r: &Reader) -> Result<Option<Uploaded>, Stop> {
        let found = r.one(customer_selection::Entity::find_by_id(self.0)).await?;
        Ok(found.filter(|row| row.actor == r.actor_id()))
    }
}

fn expired(r: &Reader) -> Condition {
    let over = customer_selection::Column::ExpiresAt.lte(r.now());
    Condition::all().add(over).add(customer_selection::Column::JobId.is_null())
}

/// Whether there are lists whose time is over.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredSelections;

impl Inquiry for ExpiredSelections {
    const ACTION: Action = Action::RunJob;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        r.exists(customer_selection::Entity::find().filter(expired(r))).await
    }
}

/// Forgets lists whose time is over, but for those that are being read.
#[derive(Clone, Copy, Debug)]
pub struct ForgetSelections;

impl Command for ForgetSelections {
    const ACTION: Action = Action::RunJob;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let expired = expired(w);
        w.delete(customer_selection::Entity::delete_many().filter(expired)).await
    }
}

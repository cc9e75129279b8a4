//! Lists of customers that are too long for one call, on their way to bulk work.

use super::request::Whom;
use crate::{
    access::{Code, Command, Inquiry, Reader, Refusal, Sql, Stop, Writer},
    domain::checks::{Checks, LINE},
    policy::{Action, Target},
};
use chrono::TimeDelta;
use entity::{
    customer_selection,
    ids::{CustomerSelectionId, JobId},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter};
use sha2::{Digest, Sha256};

/// How many are read at a time.
const WINDOW: i64 = 10_000;

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
        let (actor, expires_at) = (w.caller().actor.id(), w.now() + LASTS);
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

#[derive(FromQueryResult)]
struct Listed {
    reference: String,
}

/// What is on a list of the caller's that nobody uses yet, for telling whether another holds the same; `None` for any other list.
/// Nobody adds to it in this transaction any more.
pub(super) async fn digest(w: &Writer, id: CustomerSelectionId) -> Result<Option<String>, Stop> {
    let found = w.lock(customer_selection::Entity::find_by_id(id)).await?;
    let free = found.filter(|row| row.actor == w.caller().actor.id() && row.job_id.is_none());
    if free.is_none() {
        return Ok(None);
    }
    let (mut digest, mut after) = (Sha256::new(), String::new());
    loop {
        let mut sql = Sql::new("SELECT reference FROM customer_selection_reference WHERE selection_id = ");
        sql.bind(id.0).push(" AND reference > ").bind(after.clone());
        sql.push(" ORDER BY reference LIMIT ").bind(WINDOW);
        let some = w.numbers::<Listed>(sql).await?;
        for Listed { reference } in &some {
            // No reference has a line end in it.
            digest.update(reference);
            digest.update("\n");
        }
        let Some(last) = some.into_iter().last() else { return Ok(Some(hex::encode(digest.finalize()))) };
        after = last.reference;
    }
}

/// Whether it is the list that this work was asked for with. It is known for as long as whom that was about.
pub(super) async fn is_of(w: &Writer, whom: &Whom, job: JobId) -> Result<bool, Stop> {
    let Whom::Selection(id) = whom else { return Ok(false) };
    let found = w.one(customer_selection::Entity::find_by_id(*id)).await?;
    Ok(found.is_some_and(|row| row.actor == w.caller().actor.id() && row.job_id == Some(job)))
}

/// The numbers on the list that this work was asked for with are needed no more.
pub(super) async fn forget_numbers(w: &Writer, job: JobId) -> Result<(), Stop> {
    let mut sql = Sql::new(
        "DELETE FROM customer_selection_reference WHERE selection_id IN (SELECT id FROM customer_selection WHERE job_id = ",
    );
    sql.bind(job.0).push(")");
    w.execute(sql).await.map(drop)
}

/// A list of the caller's own that nobody uses yet.
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
        Ok(found.filter(|row| row.actor == r.caller().actor.id() && row.job_id.is_none()))
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

//! A hold ends, and what only it kept goes.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, not_found},
        disposal::{Asked, Draft, Judged, Planned, Subject, judged},
    },
    policy::{Action, Target},
};
use entity::{
    customer, disposal_plan,
    enums::TaskCause,
    ids::{CategoryKey, LegalHoldId},
    legal_hold, legal_hold_category, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Lifts a hold and opens exactly the disposals that follow, or says which those would be.
#[derive(Clone, Debug)]
pub struct LiftLegalHold {
    pub catalog: Arc<Catalog>,
    pub hold: LegalHoldId,
    pub reason: String,
    pub asked: Asked,
}

/// What was lifted, or would be, and what follows.
#[derive(Clone, Debug)]
pub struct Lifted {
    /// As it was, where only a plan was asked for.
    pub hold: legal_hold::Model,
    pub plan: disposal_plan::Model,
    pub tasks: Vec<task::Model>,
}

impl Command for LiftLegalHold {
    const ACTION: Action = Action::LiftLegalHold;
    type Output = Lifted;

    fn target(&self) -> Target {
        // Whose it is, the hold says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Lifted, Stop> {
        let mut checks = Checks::new();
        let reason = checks.block("reason", &self.reason, BLOCK);
        checks.finish()?;
        let nothing = || not_found("legalHoldId", "hold");
        let catalog = catalog::held(w, &self.catalog).await?;
        let found = w.one(legal_hold::Entity::find_by_id(self.hold)).await?.ok_or_else(nothing)?;
        w.about(Target::customer(found.customer_id));
        // Also of somebody who is gone: what the hold keeps of theirs elsewhere is to go, too.
        let customer = w.lock(customer::Entity::find_by_id(found.customer_id)).await?.ok_or_else(nothing)?;
        let customers = [customer];
        let row = w.lock(legal_hold::Entity::find_by_id(self.hold)).await?.ok_or_else(nothing)?;
        if row.lifted_at.is_some() {
            return Err(Refusal::new(Code::HoldLifted, "This hold was lifted already.")
                .at("legalHoldId")
                .into());
        }
        let categories =
            legal_hold_category::Entity::find().filter(legal_hold_category::Column::LegalHoldId.eq(row.id));
        let categories = w.all(categories).await?.into_iter().map(|one| one.category).collect::<Vec<_>>();
        let planned = Planned::begin(w, &self.asked).await?;
        let is_gone = customers.iter().any(|customer| customer.disposed_as.is_some());
        // Of somebody who is gone nothing says any more why it was.
        let (why, reference, reason) = if is_gone {
            (String::new(), None, String::new())
        } else {
            (row.reason.clone(), row.reference.clone(), reason)
        };
        let lifted = legal_hold::Model {
            reason: why,
            reference,
            lifted_by: Some(w.actor_name()),
            lifted_at: Some(w.now()),
            lift_reason: Some(reason),
            ..row.clone()
        };
        let lifted = w.update::<legal_hold::Entity>(lifted).await?;
        w.changed(row.customer_id, &["legalHolds"]);

        let lines = judged(w, &catalog, &customers).await?;
        let mut draft = Draft::default();
        let was_held = |one: &&Judged| one.changes() || covers(&categories, &one.line.category);
        draft.add(&catalog, &customers, lines.iter().filter(was_held));
        let subject = Subject {
            cause: TaskCause::HoldLifted,
            id: row.id.0,
            wish: String::new(),
            customer: Some(row.customer_id),
        };
        let hold = if planned.is_dry_run() { row } else { lifted };
        let (plan, tasks) = planned.carry_out(w, &catalog, &subject, &lines, draft).await?;
        Ok(Lifted { hold, plan, tasks })
    }
}

/// Whether a hold about these categories, or about all if there are none, is about this one.
fn covers(categories: &[CategoryKey], category: &CategoryKey) -> bool {
    categories.is_empty() || categories.iter().any(|above| category.is_within(above.as_str()))
}

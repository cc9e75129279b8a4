//! A customer's service ends, and what only it needed goes.

use super::close::{Ended, close, concerned};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks, not_found},
        customer::living,
        disposal::{Asked, Draft, Planned, Subject, judged, lapse},
    },
    policy::{Action, Target},
};
use entity::{customer, enums::TaskCause, ids::SubscriptionId, subscription};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Ends a service and opens exactly the disposals that follow, or says which those would be.
#[derive(Clone, Debug)]
pub struct EndSubscription {
    pub catalog: Arc<Catalog>,
    pub subscription: SubscriptionId,
    pub reason: String,
    pub asked: Asked,
}

impl Command for EndSubscription {
    const ACTION: Action = Action::EndSubscription;
    type Output = Ended;

    fn target(&self) -> Target {
        // Whose it is, the subscription says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Ended, Stop> {
        let mut checks = Checks::new();
        let reason = checks.line("reason", &self.reason, BLOCK / 10);
        checks.finish()?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let (customer, row) = live(w, self.subscription).await?;
        let planned = Planned::begin(w, &self.asked).await?;
        let ended = subscription::Model { ended_at: Some(w.now()), end_reason: Some(reason), ..row.clone() };
        let (customer, ended) = close(w, customer, ended).await?;
        let over = lapse(w, &[customer.id]).await?;

        let customers = [customer];
        let lines = judged(w, &catalog, &customers).await?;
        let mut draft = Draft::default();
        draft.ends(over);
        draft.add(&catalog, &customers, concerned(&catalog, row.service_id, &lines));
        let subject = Subject {
            cause: TaskCause::SubscriptionEnded,
            id: row.id.0,
            wish: String::new(),
            customer: Some(row.customer_id),
        };
        let shown = if planned.is_dry_run() { row } else { ended };
        let (plan, tasks) = planned.carry_out(w, &catalog, &subject, &lines, draft).await?;
        Ok(Ended { subscription: shown, plan, tasks })
    }
}

/// The customer and their subscription, both locked, if it has not ended.
pub(super) async fn live(
    w: &mut Writer,
    id: SubscriptionId,
) -> Result<(customer::Model, subscription::Model), Stop> {
    const PATH: &str = "serviceSubscriptionId";
    let nothing = || not_found(PATH, "subscription");
    let found = w.one(subscription::Entity::find_by_id(id)).await?.ok_or_else(nothing)?;
    w.about(Target::customer(found.customer_id));
    // The customer first, as whoever shares or records does: one of the two sees what the other has done.
    let customer = living(w, found.customer_id, PATH).await?;
    let row = w.lock(subscription::Entity::find_by_id(id)).await?.ok_or_else(nothing)?;
    if row.ended_at.is_some() {
        return Err(Refusal::new(Code::SubscriptionEnded, "This service has ended already.").at(PATH).into());
    }
    Ok((customer, row))
}

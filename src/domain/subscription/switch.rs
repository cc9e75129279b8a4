//! A customer swaps one service for another, and what only the old one needed goes.

use super::{
    close::{close, concerned},
    end::live,
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        customer::only_kept,
        disposal::{Asked, Draft, Planned, Subject, judged, lapse},
    },
    policy::{Action, Target},
};
use entity::{
    disposal_plan,
    enums::{Channel, CustomerStatus, TaskCause},
    ids::{ServiceId, SubscriptionId},
    service, subscription, task,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Ends one service and starts another in its place, in one step: what both need stays as it is.
#[derive(Clone, Debug)]
pub struct SwitchService {
    pub catalog: Arc<Catalog>,
    pub subscription: SubscriptionId,
    pub to: ServiceId,
    pub channel: Channel,
    pub asked: Asked,
}

/// What took the place of what, and what follows.
#[derive(Clone, Debug)]
pub struct Switched {
    /// As it was, where only a plan was asked for.
    pub ended: subscription::Model,
    /// `None` where only a plan was asked for.
    pub started: Option<subscription::Model>,
    pub plan: disposal_plan::Model,
    pub tasks: Vec<task::Model>,
}

impl Command for SwitchService {
    const ACTION: Action = Action::SwitchService;
    type Output = Switched;

    fn target(&self) -> Target {
        // Whose it is, the subscription says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Switched, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let (customer, row) = live(w, self.subscription).await?;
        if customer.status == CustomerStatus::Restricted {
            return Err(only_kept("serviceSubscriptionId").into());
        }
        // Kept, so that the service is not retired before this commits.
        let to = w.keep(service::Entity::find_by_id(self.to)).await?;
        let to = catalog::live(to, |row| row.retired_at.is_some(), "toServiceId", "service")?;
        if to.id == row.service_id {
            let message = "The subscription is to this service already.";
            return Err(Refusal::new(Code::SameService, message).at("toServiceId").into());
        }
        let planned = Planned::begin(w, &self.asked).await?;
        let started = subscription::Model {
            id: SubscriptionId(w.id()),
            customer_id: row.customer_id,
            service_id: to.id,
            channel: self.channel,
            started_at: w.now(),
            ended_at: None,
            end_reason: None,
            switched_to: None,
        };
        let started = w.insert::<subscription::Entity>(started).await?;
        let ended =
            subscription::Model { ended_at: Some(w.now()), switched_to: Some(started.id), ..row.clone() };
        let (customer, ended) = close(w, customer, ended).await?;
        let over = lapse(w, &[customer.id]).await?;

        let customers = [customer];
        let lines = judged(w, &catalog, &customers).await?;
        let mut draft = Draft::default();
        draft.ends(over);
        draft.begins(started.id);
        draft.add(&catalog, &customers, concerned(&catalog, row.service_id, &lines));
        let subject = Subject {
            cause: TaskCause::SubscriptionEnded,
            id: row.id.0,
            wish: to.id.to_string(),
            customer: Some(row.customer_id),
        };
        let (ended, started) = if planned.is_dry_run() { (row, None) } else { (ended, Some(started)) };
        let (plan, tasks) = planned.carry_out(w, &catalog, &subject, &lines, draft).await?;
        Ok(Switched { ended, started, plan, tasks })
    }
}

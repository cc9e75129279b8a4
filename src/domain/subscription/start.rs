//! A customer orders a service.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::not_found,
        customer::{living, only_kept},
        disposal::settle,
    },
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{Channel, CustomerStatus},
    ids::{CustomerId, ServiceId, SubscriptionId},
    service, subscription,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// A service begins for a customer, who is active from then on. Nothing goes anywhere yet.
#[derive(Clone, Debug)]
pub struct StartSubscription {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub service: ServiceId,
    pub channel: Channel,
}

impl Command for StartSubscription {
    const ACTION: Action = Action::StartSubscription;
    type Output = subscription::Model;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<subscription::Model, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut customer = living(w, self.customer, "customerId").await?;
        if customer.status == CustomerStatus::Restricted {
            return Err(only_kept("customerId").into());
        }
        // Kept, so that the service is not retired before this commits.
        let service = w.keep(service::Entity::find_by_id(self.service)).await?;
        let Some(service) = service else { return Err(not_found("serviceId", "service")) };
        if service.retired_at.is_some() {
            return Err(Refusal::new(Code::Retired, "This service is no longer offered.")
                .at("serviceId")
                .into());
        }
        let now = w.now();
        let started = w
            .insert::<subscription::Entity>(subscription::Model {
                id: SubscriptionId(w.id()),
                customer_id: customer.id,
                service_id: service.id,
                channel: self.channel,
                started_at: now,
                ended_at: None,
                end_reason: None,
                switched_to: None,
            })
            .await?;
        if customer.status == CustomerStatus::Dormant {
            let active = customer::Model {
                status: CustomerStatus::Active,
                status_since: now,
                version: customer.version + 1,
                ..customer
            };
            customer = w.update::<customer::Entity>(active).await?;
        }
        w.changed(self.customer, &["serviceSubscriptions"]);
        // What was on its way out may be needed again; and what was only kept for a first order is now needed or not.
        settle(w, &catalog, &customer).await?;
        Ok(started)
    }
}

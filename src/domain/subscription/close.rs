//! What ending and switching have in common.

use crate::{
    access::{Stop, Writer},
    domain::{catalog::Catalog, disposal::Judged},
};
use entity::{
    customer, disposal_plan,
    enums::CustomerStatus,
    ids::{CategoryKey, ServiceId, SystemId},
    subscription, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;

/// What ended, or would, and what follows.
#[derive(Clone, Debug)]
pub struct Ended {
    /// As it was, where only a plan was asked for.
    pub subscription: subscription::Model,
    pub plan: disposal_plan::Model,
    pub tasks: Vec<task::Model>,
}

/// Ends a subscription as `ended` says. The customer is dormant when it was the last one.
pub(super) async fn close(
    w: &Writer,
    customer: customer::Model,
    ended: subscription::Model,
) -> Result<(customer::Model, subscription::Model), Stop> {
    let ended = w.update::<subscription::Entity>(ended).await?;
    w.changed(customer.id, &["serviceSubscriptions"]);
    let live = subscription::Entity::find()
        .filter(subscription::Column::CustomerId.eq(customer.id))
        .filter(subscription::Column::EndedAt.is_null());
    if customer.status != CustomerStatus::Active || w.exists(live).await? {
        return Ok((customer, ended));
    }
    let dormant = customer::Model {
        status: CustomerStatus::Dormant,
        status_since: w.now(),
        version: customer.version + 1,
        ..customer
    };
    Ok((w.update::<customer::Entity>(dormant).await?, ended))
}

/// Of a customer's lines, those that a plan speaks of: where the service that ends needed them, and whatever changes.
pub(super) fn concerned<'a>(
    catalog: &Catalog,
    service: ServiceId,
    lines: &'a [Judged],
) -> impl Iterator<Item = &'a Judged> + use<'a> {
    let of_service = catalog.requirements.values().filter(|need| need.service_id == service);
    let places = of_service.map(|need| (need.category.clone(), need.system_id));
    let places = places.collect::<BTreeSet<(CategoryKey, SystemId)>>();
    lines
        .iter()
        .filter(move |one| one.changes() || places.contains(&(one.line.category.clone(), one.line.system_id)))
}

//! A customer's data is kept and not used from now on.

use super::tell::tell;
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::living,
        disposal::settle,
        task::Why,
    },
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{Channel, CustomerStatus, RestrictionGround, TaskCause},
    ids::{CustomerId, RestrictionId},
    restriction, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Restricts processing: from now on the data is only kept, and every recipient is told.
#[derive(Clone, Debug)]
pub struct RestrictCustomer {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub ground: RestrictionGround,
    pub reason: String,
    pub channel: Channel,
}

/// A customer whose data is only kept, and whom that is told to.
#[derive(Clone, Debug)]
pub struct Restricted {
    pub customer: customer::Model,
    pub tasks: Vec<task::Model>,
}

/// A restriction, and how it came.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Placing {
    pub ground: RestrictionGround,
    pub reason: String,
    pub channel: Channel,
    pub why: Why,
}

impl Command for RestrictCustomer {
    const ACTION: Action = Action::RestrictCustomer;
    type Output = Restricted;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Restricted, Stop> {
        let mut checks = Checks::new();
        let reason = checks.block("reason", &self.reason, BLOCK);
        checks.finish()?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = living(w, self.customer, "customerId").await?;
        let (ground, channel, why) = (self.ground, self.channel, Why::of(TaskCause::Restriction));
        let placed = place(w, &catalog, row, Placing { ground, reason, channel, why }).await?;
        let already = || Refusal::new(Code::AlreadyRestricted, "Processing is restricted already.");
        placed.ok_or_else(|| already().at("customerId").into())
    }
}

/// Restricts the processing of what is a customer's, who is locked; `None` when it is already.
pub(in crate::domain) async fn place(
    w: &Writer,
    catalog: &Catalog,
    row: customer::Model,
    placing: Placing,
) -> Result<Option<Restricted>, Stop> {
    let in_force = restriction::Entity::find()
        .filter(restriction::Column::CustomerId.eq(row.id))
        .filter(restriction::Column::LiftedAt.is_null());
    if w.exists(in_force).await? {
        return Ok(None);
    }
    w.insert::<restriction::Entity>(restriction::Model {
        id: RestrictionId(w.id()),
        customer_id: row.id,
        ground: placing.ground,
        reason: placing.reason,
        channel: placing.channel,
        data_request_id: placing.why.request,
        placed_by: w.actor_name(),
        placed_at: w.now(),
        lifted_by: None,
        lifted_at: None,
        lift_reason: None,
        customer_told_at: None,
    })
    .await?;
    let status = CustomerStatus::Restricted;
    let row = customer::Model { status, status_since: w.now(), version: row.version + 1, ..row };
    let customer = w.update::<customer::Entity>(row).await?;
    w.changed(customer.id, &["restriction"]);
    settle(w, catalog, &customer).await?;
    let tasks = tell(w, catalog, customer.id, placing.why).await?;
    Ok(Some(Restricted { customer, tasks }))
}

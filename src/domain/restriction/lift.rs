//! A restriction is over: what is a customer's may be used again.

use super::tell::take_back;
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::living,
        disposal::settle,
        period::day_of,
        task::Why,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    customer, data_request,
    enums::{CustomerStatus, TaskCause},
    ids::{CustomerId, DataRequestId},
    restriction, subscription, task,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// Lifts a restriction, once the customer has been told that it will be (Art. 18(3)).
#[derive(Clone, Debug)]
pub struct LiftRestriction {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub reason: String,
    /// When they were told.
    pub customer_told_at: DateTime<Utc>,
}

/// A customer whose data is used again, and whom that is told to.
#[derive(Clone, Debug)]
pub struct Lifted {
    pub customer: customer::Model,
    pub tasks: Vec<task::Model>,
}

impl Command for LiftRestriction {
    const ACTION: Action = Action::LiftRestriction;
    type Output = Lifted;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Lifted, Stop> {
        let mut checks = Checks::new();
        let reason = checks.block("reason", &self.reason, BLOCK);
        if self.customer_told_at > w.now() {
            checks.refuse("customerToldAt", Code::OutOfRange, "This lies in the future.");
        }
        checks.finish()?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = living(w, self.customer, "customerId").await?;
        let Some(in_force) = in_force(w, self.customer).await? else {
            let message = "Processing is not restricted on the customer's request.";
            return Err(Refusal::new(Code::NotRestricted, message).at("customerId").into());
        };
        // By the day, as that is what people write down.
        let zone = catalog.zone();
        if day_of(self.customer_told_at, &zone) < day_of(in_force.placed_at, &zone) {
            let message = "They have to be told after it was placed, and before it is lifted (Art. 18(3)).";
            return Err(Refusal::new(Code::OutOfRange, message).at("customerToldAt").into());
        }
        lift(w, &catalog, row, (in_force, reason, self.customer_told_at)).await
    }
}

/// Lifts the restriction that a request asked for, if it is in force: the customer, who is locked, takes it back. Back comes the
/// customer as they are then.
pub(in crate::domain) async fn lift_for(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
    request: DataRequestId,
) -> Result<Option<customer::Model>, Stop> {
    let in_force = in_force(w, customer.id).await?.filter(|row| row.data_request_id == Some(request));
    let Some(in_force) = in_force else { return Ok(None) };
    let reason = "The request for it stands no longer.".to_owned();
    lift(w, catalog, customer.clone(), (in_force, reason, w.now())).await.map(|lifted| Some(lifted.customer))
}

/// Whether a restriction is in force that this request asked for.
pub(in crate::domain) async fn is_restricted_for(
    w: &Writer,
    request: &data_request::Model,
) -> Result<bool, Stop> {
    Ok(in_force(w, request.customer_id).await?.is_some_and(|row| row.data_request_id == Some(request.id)))
}

/// Ends the restriction of a customer who goes, if one is in force, and tells nobody: they are told of the erasure. From
/// here on nobody could lift it.
pub(in crate::domain) async fn end_with(w: &Writer, customer: CustomerId) -> Result<(), Stop> {
    let now = w.now();
    let mut sql = Sql::new("UPDATE restriction SET lifted_at = ");
    sql.bind(now).push(", customer_told_at = ").bind(now).push(", lifted_by = ").bind(w.actor_name());
    sql.push(", lift_reason = '' WHERE lifted_at IS NULL AND customer_id = ").bind(customer.0);
    if w.execute(sql).await? > 0 {
        w.changed(customer, &["restriction"]);
    }
    Ok(())
}

async fn in_force(w: &Writer, customer: CustomerId) -> Result<Option<restriction::Model>, Stop> {
    let in_force = restriction::Entity::find()
        .filter(restriction::Column::CustomerId.eq(customer))
        .filter(restriction::Column::LiftedAt.is_null());
    w.one(in_force).await
}

async fn lift(
    w: &Writer,
    catalog: &Catalog,
    row: customer::Model,
    (in_force, reason, told_at): (restriction::Model, String, DateTime<Utc>),
) -> Result<Lifted, Stop> {
    let lifted = restriction::Model {
        lifted_by: Some(w.actor_name()),
        lifted_at: Some(w.now()),
        lift_reason: Some(reason),
        customer_told_at: Some(told_at),
        ..in_force
    };
    w.update::<restriction::Entity>(lifted).await?;
    let live = subscription::Entity::find()
        .filter(subscription::Column::CustomerId.eq(row.id))
        .filter(subscription::Column::EndedAt.is_null());
    let status = if w.exists(live).await? { CustomerStatus::Active } else { CustomerStatus::Dormant };
    let row = customer::Model { status, status_since: w.now(), version: row.version + 1, ..row };
    let customer = w.update::<customer::Entity>(row).await?;
    w.changed(customer.id, &["restriction"]);
    let tasks = take_back(w, catalog, customer.id, Why::of(TaskCause::Restriction)).await?;
    settle(w, catalog, &customer).await?;
    Ok(Lifted { customer, tasks })
}

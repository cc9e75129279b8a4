//! A customer's data is kept and not used from now on.

use super::tell::tell;
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
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
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
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
        let placing = Placing { ground, reason, channel, why };
        let placed = place(w, &catalog, row, placing, "customerId").await?;
        let already = || Refusal::new(Code::AlreadyRestricted, "Processing is restricted already.");
        placed.ok_or_else(|| already().at("customerId").into())
    }
}

/// Restricts the processing of what is a customer's, who is locked; `None` when it is already. While something is being erased
/// because they asked for that, it is for them to say which of the two they want (Art. 18(1)(b)).
pub(in crate::domain) async fn place(
    w: &Writer,
    catalog: &Catalog,
    row: customer::Model,
    placing: Placing,
    path: &str,
) -> Result<Option<Restricted>, Stop> {
    let in_force = restriction::Entity::find()
        .filter(restriction::Column::CustomerId.eq(row.id))
        .filter(restriction::Column::LiftedAt.is_null());
    if w.exists(in_force).await? {
        return Ok(None);
    }
    if is_being_erased(w, row.id).await? {
        let message = "What the customer asked to have erased, or objected to, is being disposed of: take that request back \
                       first (withdrawDataRequest), if it is to be kept instead (Art. 18).";
        return Err(Refusal::new(Code::RequestUnderWay, message).at(path).into());
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

#[derive(FromQueryResult)]
struct Open {
    open: i64,
}

/// Whether something is being disposed of for a request that stands.
async fn is_being_erased(w: &Writer, customer: CustomerId) -> Result<bool, Stop> {
    let mut sql = Sql::new(
        "SELECT count(*) AS open FROM data_request q JOIN task_request y ON y.data_request_id = q.id \
         JOIN task t ON t.id = y.task_id AND t.finished_at IS NULL AND t.action IN ('ERASE', 'ANONYMIZE') \
         WHERE q.rejected_at IS NULL AND q.withdrawn_at IS NULL AND q.customer_id = ",
    );
    sql.bind(customer.0);
    Ok(w.numbers::<Open>(sql).await?.iter().any(|row| row.open > 0))
}

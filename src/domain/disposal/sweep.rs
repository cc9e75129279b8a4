//! What time alone has changed is put right, a number of customers at a time.

use super::{Judged, carry_out, judged, lapse::lapse_by_now};
use crate::{
    access::{Command, Inquiry, Reader, Sql, Stop, Writer},
    domain::catalog::{self, Catalog},
    policy::{Action, Target},
};
use entity::{
    customer, disposal_plan,
    enums::{CustomerStatus, TaskCause},
    ids::CustomerId,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};
use std::sync::Arc;

/// Brings the maps of these customers into the state that they should be in. Those whom somebody else is working with
/// are left to them: on PostgreSQL several servers sweep side by side. Doing it again changes nothing.
#[derive(Clone, Debug)]
pub struct SettleCustomers {
    pub catalog: Arc<Catalog>,
    pub customers: Vec<CustomerId>,
}

impl Command for SettleCustomers {
    const ACTION: Action = Action::SweepDataMap;
    /// How many lines changed.
    type Output = usize;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<usize, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let free = customer::Entity::find()
            .filter(customer::Column::Id.is_in(self.customers))
            // While somebody's data is only kept, on their own request (Art. 18), nothing is done with it.
            .filter(
                Condition::any()
                    .add(customer::Column::Status.ne(CustomerStatus::Restricted))
                    .add(customer::Column::DisposedAs.is_not_null()),
            )
            .order_by_asc(customer::Column::Id)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let customers = w.all(free).await?;
        let ids = customers.iter().map(|customer| customer.id).collect::<Vec<_>>();
        lapse_by_now(w, &ids).await?;
        let lines = judged(w, &catalog, &customers).await?;
        let cause = |one: &Judged| {
            if one.dropped { TaskCause::RequirementsChanged } else { TaskCause::PeriodEnded }
        };
        carry_out(w, &catalog, &lines, cause).await?;
        Ok(lines.iter().filter(|one| one.changes()).count())
    }
}

/// Whether there are plans that nobody carried out in time.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredPlans;

impl Inquiry for ExpiredPlans {
    const ACTION: Action = Action::SweepDataMap;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let expired = disposal_plan::Entity::find()
            .filter(disposal_plan::Column::ExecutedAt.is_null())
            .filter(disposal_plan::Column::ExpiresAt.lte(r.now()));
        r.exists(expired).await
    }
}

/// Forgets plans that nobody carried out in time.
#[derive(Clone, Copy, Debug)]
pub struct ForgetPlans;

impl Command for ForgetPlans {
    const ACTION: Action = Action::SweepDataMap;
    /// How many.
    type Output = u64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<u64, Stop> {
        let expired = |begin: &str, end: &str| {
            let mut sql = Sql::new(begin);
            sql.push("SELECT id FROM disposal_plan WHERE executed_at IS NULL AND expires_at <= ")
                .bind(w.now());
            // Not while it is being put together, or carried out.
            sql.push(" AND NOT EXISTS (SELECT 1 FROM job j WHERE j.disposal_plan_id = disposal_plan.id AND j.state IN ('QUEUED', 'RUNNING'))");
            sql.push(end);
            sql
        };
        w.execute(expired("DELETE FROM disposal_plan_item WHERE disposal_plan_id IN (", ")")).await?;
        w.execute(expired("DELETE FROM disposal_plan WHERE id IN (", ")")).await
    }
}

//! Somebody who was erased is here again, as a backup was restored, and goes again. The ledger has said so before.

use super::leave::Leaving;
use crate::{
    access::{Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        customer::{Hash, remember_erased},
        disposal::carry_out,
        restriction::end_with,
    },
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::{CustomerStatus, TaskCause},
    ids::CustomerId,
};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// Erases one customer again, whatever their status: whether they may be was settled then.
#[derive(Clone, Debug)]
pub(super) struct EraseAgain {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub becomes: CustomerStatus,
}

impl Command for EraseAgain {
    const ACTION: Action = Action::KeepErasures;
    /// Whether they were here.
    type Output = bool;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let found = w.lock(customer::Entity::find_by_id(self.customer)).await?;
        let Some(customer) = found.filter(|row| row.disposed_as.is_none()) else { return Ok(false) };
        // The first time it had been lifted before.
        end_with(w, customer.id).await?;
        let leaving = Leaving::begin(w, vec![customer], self.becomes).await?;
        let lines = leaving.judged(w, &catalog).await?;
        carry_out(w, &catalog, &lines, |_| TaskCause::Erasure).await?;
        leaving.destroy(w, &catalog, &lines).await?;
        Ok(true)
    }
}

/// Notes anew what those were found by who were erased.
#[derive(Clone, Debug)]
pub(super) struct RememberAgain(pub Vec<Hash>);

impl Command for RememberAgain {
    const ACTION: Action = Action::KeepErasures;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        remember_erased(w, &self.0).await
    }
}

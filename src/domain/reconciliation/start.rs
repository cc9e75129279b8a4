//! A comparison is asked for. A worker makes it.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    connector::reconciles,
    domain::catalog::live,
    policy::{Action, Target},
};
use entity::{
    customer,
    enums::ReconciliationState,
    ids::{CustomerId, ReconciliationId, SystemId},
    reconciliation, system,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Asks for the map to be compared with what a system itself holds; of one customer, or of all.
#[derive(Clone, Copy, Debug)]
pub struct ReconcileSystem {
    pub system: SystemId,
    pub customer: Option<CustomerId>,
}

impl Command for ReconcileSystem {
    const ACTION: Action = Action::ReconcileSystem;
    type Output = reconciliation::Model;

    fn target(&self) -> Target {
        let customers = self.customer.into_iter().collect();
        Target { customers, ..Target::thing(self.system) }
    }

    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        constraint.contains("reconciliation").then(running)
    }

    async fn run(self, w: &mut Writer) -> Result<reconciliation::Model, Stop> {
        let system = w.keep(system::Entity::find_by_id(self.system)).await?;
        let system = live(system, |row| row.retired_at.is_some(), "systemId", "system")?;
        if !system.connector.as_ref().is_some_and(reconciles) {
            let message =
                "The program cannot be told whom this system holds something of: that takes a SQL connector.";
            return Err(Refusal::new(Code::ConnectorUnsuitable, message).at("systemId").into());
        }
        if let Some(customer) = self.customer
            && w.one(customer::Entity::find_by_id(customer)).await?.is_none()
        {
            return Err(Refusal::new(Code::NotFound, "There is no such customer.").at("customerId").into());
        }
        let under_way = reconciliation::Entity::find()
            .filter(reconciliation::Column::SystemId.eq(self.system))
            .filter(reconciliation::Column::State.eq(ReconciliationState::Running));
        if w.exists(under_way).await? {
            return Err(running().into());
        }
        let row = reconciliation::Model {
            id: ReconciliationId(w.id()),
            system_id: self.system,
            customer_id: self.customer,
            state: ReconciliationState::Running,
            started_at: w.now(),
            finished_at: None,
            error: None,
            matched: 0,
            lease: 0,
            taken_until: None,
            reading: 0,
            system_version: system.version,
            read_at: None,
            read_by: None,
            compared_to: None,
            lines_compared: false,
        };
        w.insert::<reconciliation::Entity>(row).await
    }
}

fn running() -> Refusal {
    Refusal::new(Code::AlreadyRunning, "This system is being reconciled this moment.").at("systemId")
}

//! Tries how a place is reached.

use super::ConnectorOf;
use crate::{
    access::{Access, Code, Command, Refusal, Stop, Writer},
    connector::{Connectors, Problem},
    domain::catalog::live,
    policy::{Action, Target},
};
use entity::{ids::SystemId, system};
use sea_orm::EntityTrait;

/// So many problems are told at a time.
pub const MOST_PROBLEMS: usize = 100;

/// Tries a place's connector without changing anything there.
///
/// That it is tried is on record before anybody is reached, and nothing is locked while somebody is.
///
/// # Errors
/// `NOT_FOUND`, `RETIRED`, and `CONNECTOR_UNSUITABLE` where a person does everything.
pub async fn check_connector(
    access: &Access,
    connectors: &Connectors,
    system: SystemId,
) -> Result<(system::Model, Vec<Problem>), Stop> {
    let row = access.write(CheckConnector { system }).await?;
    let mut problems = match &row.connector {
        Some(connector) => connectors.check(row.id, connector).await,
        None => Vec::new(),
    };
    problems.truncate(MOST_PROBLEMS);
    Ok((row, problems))
}

/// Says that a connector is about to be tried.
#[derive(Clone, Debug)]
struct CheckConnector {
    system: SystemId,
}

impl Command for CheckConnector {
    const ACTION: Action = Action::CheckConnector;
    type Output = system::Model;

    fn target(&self) -> Target {
        Target::thing(self.system)
    }

    async fn run(self, w: &mut Writer) -> Result<system::Model, Stop> {
        let row = w.one(system::Entity::find_by_id(self.system)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "systemId", "system")?;
        if ConnectorOf(&row).actions().is_empty() {
            let message = "The program reaches nothing there by itself: give the system a connector.";
            return Err(Refusal::new(Code::ConnectorUnsuitable, message).at("systemId").into());
        }
        Ok(row)
    }
}

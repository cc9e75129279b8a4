//! How a place is reached, as far as others need to know.

use crate::{
    access::{Inquiry, Reader, Stop},
    connector::actions,
    policy::{Action, Target},
};
use entity::{
    connector::Connector,
    connector_state,
    enums::{ConnectorKind, TaskAction},
    ids::SystemId,
    system,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What a place's connector comes to.
#[derive(Clone, Copy, Debug)]
pub struct ConnectorOf<'a>(pub &'a system::Model);

impl<'a> ConnectorOf<'a> {
    /// So many kinds of tasks there are to be done, in this version.
    pub const MOST_ACTIONS: usize = 5;

    /// What the program can do there by itself.
    #[must_use]
    pub fn actions(&self) -> Vec<TaskAction> {
        self.0.connector.as_ref().map(actions).unwrap_or_default()
    }

    /// By which way this is done there.
    #[must_use]
    pub fn via(&self, action: TaskAction) -> ConnectorKind {
        match &self.0.connector {
            // The program's own database.
            _ if self.0.built_in => ConnectorKind::Sql,
            Some(Connector::Sql(_)) if self.actions().contains(&action) => ConnectorKind::Sql,
            Some(Connector::Http(_)) if self.actions().contains(&action) => ConnectorKind::Http,
            Some(Connector::Email(_)) if self.actions().contains(&action) => ConnectorKind::Email,
            _ => ConnectorKind::Manual,
        }
    }

    /// What a person is told to do there.
    #[must_use]
    pub fn instructions(&self) -> Option<&'a str> {
        match &self.0.connector {
            Some(Connector::Manual(manual)) => Some(&manual.instructions),
            _ => None,
        }
    }
}

/// How calls to these places have gone, of those that were called.
#[derive(Clone, Debug)]
pub struct StatesOfConnectors(pub Vec<SystemId>);

impl Inquiry for StatesOfConnectors {
    const ACTION: Action = Action::SeeConnectors;
    type Output = Vec<connector_state::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<connector_state::Model>, Stop> {
        let of = connector_state::Column::SystemId.is_in(self.0);
        r.all(connector_state::Entity::find().filter(of)).await
    }
}

//! An empty database becomes one that can be worked with.

use super::shipped::{self, Shipped};
use crate::{
    access::{Command, Stop, Writer},
    domain::catalog::{begin_change, hold},
    policy::{Action, Target},
};
use entity::{controller, data_category, ids::SystemId, purpose, retention_rule, system};
use sea_orm::EntityTrait;

/// Fills an empty database with what every installation ships with. Does nothing when there is a company on record.
#[derive(Clone, Copy, Debug)]
pub struct Seed;

impl Command for Seed {
    const ACTION: Action = Action::SeedCatalog;
    /// Whether there was anything to do.
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        hold(w).await?;
        if w.exists(controller::Entity::find()).await? {
            return Ok(false);
        }
        begin_change(w).await?;
        let shipped = Shipped::read()?;
        w.insert::<controller::Entity>(shipped.controller()).await?;
        w.insert_all::<data_category::Entity>(&shipped::categories()?).await?;
        w.insert_all::<purpose::Entity>(&shipped.purposes()).await?;
        w.insert_all::<retention_rule::Entity>(&shipped.retention_rules(|| w.id())).await?;
        w.insert::<system::Entity>(shipped.system(SystemId(w.id()))).await?;
        Ok(true)
    }
}

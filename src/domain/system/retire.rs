//! A place where data is stored goes out of use.

use crate::{
    access::{Command, Stop, Writer},
    domain::catalog::{begin_change, held_data, in_use, live, needs},
    policy::{Action, Target},
};
use entity::{data_location, data_requirement, ids::SystemId, system};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Takes a place out of use.
#[derive(Clone, Debug)]
pub struct RetireSystem {
    pub system: SystemId,
}

impl Command for RetireSystem {
    const ACTION: Action = Action::RetireSystem;
    type Output = system::Model;

    fn target(&self) -> Target {
        Target::thing(self.system)
    }

    async fn run(self, w: &mut Writer) -> Result<system::Model, Stop> {
        begin_change(w).await?;
        let row = w.lock(system::Entity::find_by_id(self.system)).await?;
        let row = live(row, |row| row.retired_at.is_some(), "systemId", "system")?;
        if let Some(why) = user(&row, w).await? {
            return Err(in_use("systemId", why).into());
        }
        let (version, retired_at) = (row.version + 1, Some(w.now()));
        w.update::<system::Entity>(system::Model { version, retired_at, ..row }).await
    }
}

/// What still uses the system, in words that say what to do about it.
async fn user(row: &system::Model, w: &Writer) -> Result<Option<&'static str>, Stop> {
    if row.built_in {
        return Ok(Some("This is the program itself, which keeps customers' profiles."));
    }
    if w.exists(held_data().filter(data_location::Column::SystemId.eq(row.id))).await? {
        return Ok(Some("Data is still held there: it has to be disposed of first."));
    }
    if w.exists(needs().filter(data_requirement::Column::SystemId.eq(row.id))).await? {
        return Ok(Some("A service needs it: change what the service needs first."));
    }
    Ok(None)
}

//! A line of the map that a task is about.

use crate::{
    ids::{CustomerId, DataLocationId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A line of the map that a task is about.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_location")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_location_id: DataLocationId,
    pub customer_id: CustomerId,
    /// Whether the line was needed again since: what its holder answered before no longer counts.
    pub overtaken: bool,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch::of(row.customer_id)
    }
}

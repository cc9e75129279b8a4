//! A message about a task that was taken in: when it comes again, it changes nothing.

use crate::{
    ids::{CustomerId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A message about a task that was taken in: when it comes again, it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    /// A SHA-256 hash of the message's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message: Vec<u8>,
    pub customer_id: CustomerId,
    pub received_at: DateTimeUtc,
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

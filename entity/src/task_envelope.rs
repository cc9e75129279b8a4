//! What a task's system knows the person by, sealed until the task has ended.

use crate::{
    ids::{CustomerId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a task's system knows the person by, sealed until the task has ended.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_envelope")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    pub customer_id: CustomerId,
    /// Which master key wraps the key.
    pub master_key_id: String,
    /// The task's own key, wrapped.
    pub wrapped: Vec<u8>,
    /// What is sealed under it.
    pub sealed: Vec<u8>,
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

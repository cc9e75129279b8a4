//! One thing to be done at one system.

use crate::{
    enums::{TaskAction, TaskCause, TaskOutcome, TaskState},
    ids::{CustomerId, SystemId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One thing to be done at one system.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub customer_id: CustomerId,
    pub system_id: SystemId,
    pub action: TaskAction,
    /// Why it came to be.
    pub cause: TaskCause,
    pub state: TaskState,
    /// What came of it; `None` while it is open.
    pub outcome: Option<TaskOutcome>,
    /// Not before then.
    pub next_attempt_at: Option<DateTimeUtc>,
    pub due_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
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

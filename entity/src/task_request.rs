//! That a task is done for a request.

use crate::{
    ids::{CustomerId, DataRequestId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// That a task is done for a request. One task may be what several requests ask for.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_request_id: DataRequestId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    pub customer_id: CustomerId,
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

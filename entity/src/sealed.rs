//! What tasks and requests carry of a person, each sealed under a key of its own and gone when it is no longer needed.

use crate::{
    enums::SealedKind,
    ids::{CustomerId, DataRequestId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a task or a request carries of a person, sealed under a key of its own and gone when it is no longer needed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed")]
pub struct Model {
    /// The task's or the request's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: SealedKind,
    pub customer_id: CustomerId,
    pub task_id: Option<TaskId>,
    pub data_request_id: Option<DataRequestId>,
    /// Which master key wraps the key.
    pub master_key_id: String,
    /// Its own key, wrapped.
    pub wrapped: Vec<u8>,
    /// What is sealed under it.
    pub sealed: Vec<u8>,
    pub sealed_at: DateTimeUtc,
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

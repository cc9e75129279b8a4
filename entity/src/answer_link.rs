//! A link by which a third party answers a letter, once.

use crate::{
    ids::{CustomerId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A link by which a third party answers a letter, once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "answer_link")]
pub struct Model {
    /// A SHA-256 hash of what stands in the link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub task_id: TaskId,
    pub customer_id: CustomerId,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
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

//! A category that a request is limited to.

use crate::{
    ids::{CategoryKey, CustomerId, DataRequestId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A category that a request is limited to, with everything below it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_request_id: DataRequestId,
    pub customer_id: CustomerId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: CategoryKey,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch::of(row.customer_id).category(row.category.clone())
    }
}

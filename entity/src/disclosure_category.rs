//! A category that was given away.

use crate::{
    ids::{CategoryKey, CustomerId, DisclosureId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A category that was given away.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub disclosure_id: DisclosureId,
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

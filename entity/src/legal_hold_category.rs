//! A category that a hold is about, with everything below it.

use crate::{
    ids::{CategoryKey, CustomerId, LegalHoldId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A category that a hold is about, with everything below it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub legal_hold_id: LegalHoldId,
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

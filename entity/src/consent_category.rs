//! A category that a consent is for.

use crate::{
    ids::{CategoryKey, ConsentId, CustomerId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A category that a consent is for.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub consent_id: ConsentId,
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

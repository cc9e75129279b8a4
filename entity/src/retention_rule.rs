//! A statute that makes the company keep a category for a purpose.

use crate::{
    enums::RetentionStart,
    ids::{CategoryKey, PurposeKey, RetentionRuleId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A statute that makes the company keep a category for a purpose.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionRuleId,
    /// And everything below it.
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    /// ISO 8601.
    pub keep_for: String,
    pub counted_from: RetentionStart,
    /// As cited to the customer.
    pub statute: String,
    pub retired_at: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(_: &Model) -> Touch {
        Touch::nobody()
    }
}

//! What a plan says of one line of the map.

use crate::{
    enums::DisposalDecision,
    ids::{CategoryKey, CustomerId, DataLocationId, DisposalPlanId, SystemId},
    json::Reasons,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a plan says of one line of the map.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disposal_plan_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub disposal_plan_id: DisposalPlanId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_location_id: DataLocationId,
    pub customer_id: CustomerId,
    pub category: CategoryKey,
    pub system_id: SystemId,
    pub decision: DisposalDecision,
    pub kept_until: Option<DateTimeUtc>,
    /// The facts that keep it.
    pub reasons: Reasons,
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

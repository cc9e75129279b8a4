//! A service needs this category, at this system, for this purpose.

use crate::{
    enums::DisposalMethod,
    ids::{CategoryKey, PurposeKey, RequirementId, ServiceId, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A service needs this category, at this system, for this purpose.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_requirement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequirementId,
    pub service_id: ServiceId,
    pub category: CategoryKey,
    pub purpose: PurposeKey,
    pub system_id: SystemId,
    /// What becomes of the data when nothing needs it any more.
    pub on_end: DisposalMethod,
    /// ISO 8601: how long it may stay after that.
    pub grace: String,
    /// When the service stopped needing it; the row still ties retention rules to the place.
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

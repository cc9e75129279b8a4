//! How many data locations lie where: the database keeps it as they come, change and go.

use crate::{
    enums::{Channel, DataLocationState},
    ids::{CategoryKey, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// How many data locations came to be so, less how many are so no more. Of one place, category, channel and state there may be several:
/// their sum counts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inventory_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub system_id: SystemId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: CategoryKey,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_channel: Channel,
    #[sea_orm(primary_key, auto_increment = false)]
    pub state: DataLocationState,
    pub locations: i64,
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

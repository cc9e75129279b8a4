//! How calls to a system have gone.

use crate::{
    ids::SystemId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// How calls to a system have gone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connector_state")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub system_id: SystemId,
    pub last_succeeded_at: Option<DateTimeUtc>,
    /// Since when calls fail; `None` when the last one went well.
    pub failing_since: Option<DateTimeUtc>,
    /// Why, without personal values.
    pub last_error: Option<String>,
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

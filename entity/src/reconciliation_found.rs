//! Something that a system was found to hold, while it is compared with the map.

use crate::{
    enums::SubjectKeyKind,
    ids::{CategoryKey, ReconciliationId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Something that a system was found to hold, while it is compared with the map. Whose it is shows only then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation_found")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub reconciliation_id: ReconciliationId,
    /// Which time the system was read.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reading: i64,
    /// What kind of key it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_by: SubjectKeyKind,
    /// A reference as it is; of anything else a keyed hash.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: CategoryKey,
    /// Whether it was not erased: 0 no, 1 perhaps, 2 certainly.
    pub unerased: i32,
    /// Whether it was neither erased nor anonymized, likewise.
    pub unmasked: i32,
    /// Whether it was compared already.
    pub seen: bool,
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

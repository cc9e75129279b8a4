//! Up to 256 hashes of one level of the log's Merkle tree (C2SP tlog-tiles).

use crate::touch::{Recorded, Touch};
use sea_orm::entity::prelude::*;

/// Up to 256 hashes of one level of the log's Merkle tree (C2SP tlog-tiles).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_tile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub tile_index: i64,
    /// One after another, 32 bytes each.
    pub hashes: Vec<u8>,
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

//! The place of an event in the log's Merkle tree.

use crate::{
    ids::AuditEventId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// The place of an event in the log's Merkle tree.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_leaf")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub leaf_index: i64,
    #[sea_orm(unique)]
    pub event_id: AuditEventId,
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

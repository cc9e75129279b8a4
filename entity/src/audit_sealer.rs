//! Whose turn it is to seal the log, and how far that has come. One row.

use crate::touch::{Recorded, Touch};
use sea_orm::entity::prelude::*;

/// Whose turn it is to seal the log, and how far that has come. One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_sealer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// All events whose place is below are in the tree.
    pub sealed_below: i64,
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

//! What was signed about the log when its tree had this size.

use crate::touch::{Recorded, Touch};
use sea_orm::entity::prelude::*;

/// What was signed about the log when its tree had this size.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_checkpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tree_size: i64,
    pub root_hash: Vec<u8>,
    /// A C2SP signed note.
    pub note: String,
    /// What the note is checked with, as a C2SP verifier key: told, and never trusted.
    pub verifier_key: String,
    pub created_at: DateTimeUtc,
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

//! The master keys that data of this database was sealed with, by what tells them apart. Never the keys themselves.

use crate::touch::{Recorded, Touch};
use sea_orm::entity::prelude::*;

/// A master key that the server has used on this database.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "master_key")]
pub struct Model {
    /// As in `subject_key.master_key_id`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whether the hashes that find customers come from it: one of them does.
    pub looks_up: bool,
    pub first_used_at: DateTimeUtc,
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

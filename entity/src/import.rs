//! A file that is brought in, and whether all of it has been.

use crate::{
    enums::ImportKind,
    ids::ImportId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A file that is brought in, and whether all of it has been.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub kind: ImportKind,
    /// Issuer and subject.
    pub requested_by: String,
    /// The actor's name.
    pub requested_by_name: String,
    /// Keyed: tells files apart, and says nothing of what is in them.
    pub source_hash: Vec<u8>,
    /// How often the same file was brought in before, on purpose.
    pub round: i32,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
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

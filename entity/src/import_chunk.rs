//! Some rows of a file, all of which are brought in or named as left out.

use crate::{
    ids::ImportId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Some rows of a file, all of which are brought in or named as left out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_chunk")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// Its place in the file, from 0 on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Rows, as the numbers that follow.
    pub created: i64,
    pub unchanged: i64,
    pub rejected: i64,
    /// Data locations that are on their way out by it.
    pub disposal_pending: i64,
    /// What was told of those, as JSON, until the import is over. It shows nobody's values.
    pub refusals: Option<String>,
    pub imported_at: DateTimeUtc,
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

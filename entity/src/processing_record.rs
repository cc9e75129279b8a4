//! A record of processing activities that somebody has approved (Art. 30).

use crate::touch::{Recorded, Touch};
use sea_orm::entity::prelude::*;

/// A record of processing activities that somebody has approved. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "processing_record")]
pub struct Model {
    /// From 1 on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// SHA-256 of the document as RFC 8785 spells it.
    pub hash: Vec<u8>,
    pub document: Json,
    pub comment: Option<String>,
    /// The actor's name.
    pub approved_by: String,
    pub approved_at: DateTimeUtc,
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

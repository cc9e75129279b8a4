//! A part of what is in a report, sealed.

use crate::{
    ids::ReportId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A part of what is in a report, sealed under a key of its own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: ReportId,
    /// From 0 on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub master_key_id: String,
    /// Its own key, wrapped.
    pub wrapped: Vec<u8>,
    /// What is sealed under it.
    pub sealed: Vec<u8>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(_: &Model) -> Touch {
        // Whose data is in it was put on record as it was read.
        Touch::nobody()
    }
}

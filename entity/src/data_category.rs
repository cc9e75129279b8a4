//! A kind of personal data.

use crate::{
    enums::Sensitivity,
    ids::CategoryKey,
    json::Translations,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A kind of personal data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// Never changes.
    pub key: CategoryKey,
    /// The key without its last part.
    pub parent: Option<CategoryKey>,
    pub version: i32,
    /// In the controller's language.
    pub name: String,
    pub description: Option<String>,
    pub sensitivity: Sensitivity,
    pub translations: Translations,
    pub retired_at: Option<DateTimeUtc>,
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

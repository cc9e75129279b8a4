//! What customers order.

use crate::{
    ids::ServiceId,
    json::{Texts, Translations},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What customers order.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceId,
    /// Counts changes of the requirements, too.
    pub version: i32,
    /// Never changes.
    pub key: String,
    /// In the controller's language.
    pub name: String,
    pub description: Option<String>,
    /// What the company processes on the customer's behalf (Art. 30(2)(b)).
    pub processed_on_behalf: Texts,
    pub impact_assessment_reference: Option<String>,
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

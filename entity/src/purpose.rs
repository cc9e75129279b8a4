//! What data is used for.

use crate::{
    enums::{LegalBasis, SpecialCategoryCondition},
    ids::PurposeKey,
    json::Translations,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What data is used for.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "purpose")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// Never changes.
    pub key: PurposeKey,
    pub version: i32,
    /// In the controller's language.
    pub name: String,
    pub description: Option<String>,
    pub legal_basis: LegalBasis,
    /// Always there when the basis is legitimate interests (Art. 13(1)(d)).
    pub legitimate_interest: Option<String>,
    pub special_category_condition: Option<SpecialCategoryCondition>,
    /// Whether giving data to a third party for this purpose needs consent.
    pub sharing_needs_consent: bool,
    pub assessment_reference: Option<String>,
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

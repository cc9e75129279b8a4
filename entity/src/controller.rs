//! The company that answers for the data (Art. 4(7)). One row.

use crate::{
    enums::Locale,
    json::Contact,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// The company that answers for the data (Art. 4(7)). One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "controller")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Grows by one with each change.
    pub version: i32,
    pub name: String,
    /// Its number in the companies register.
    pub registration_number: Option<String>,
    pub address: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub data_protection_officer: Option<Contact>,
    /// In the EU, when the company itself is outside it (Art. 27).
    pub representative: Option<Contact>,
    /// Where customers can complain (Art. 77).
    pub supervisory_authority: Option<Contact>,
    /// The language of names that carry no translation.
    pub locale: Locale,
    /// IANA name. Days begin and end by it.
    pub time_zone: String,
    /// 1 to 12. Bookkeeping retention counts from it.
    pub fiscal_year_end_month: i32,
    /// ISO 8601: the grace of requirements that set none.
    pub default_grace: String,
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

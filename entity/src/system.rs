//! A place where data is stored.

use crate::{
    connector::Connector,
    ids::{SystemId, ThirdPartyId},
    json::Texts,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A place where data is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SystemId,
    pub version: i32,
    pub name: String,
    /// Who runs it; `None` in-house.
    pub third_party_id: Option<ThirdPartyId>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Who answers for it in the company.
    pub owner: Option<String>,
    /// How it is protected (Art. 32).
    pub measures: Texts,
    pub review_due: Option<Date>,
    /// How the program reaches it; `None`: it does not.
    pub connector: Option<Connector>,
    /// Kartotek itself.
    pub built_in: bool,
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

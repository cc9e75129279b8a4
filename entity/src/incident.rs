//! A personal-data breach (Art. 4(12)).

use crate::{
    enums::IncidentRisk,
    ids::{IncidentId, ThirdPartyId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A personal-data breach. It stays in the register for good (Art. 33(5)).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    pub version: i32,
    pub summary: String,
    /// Somebody saw what they should not have.
    pub confidentiality: bool,
    /// Data was changed.
    pub integrity: bool,
    /// Data was lost or could not be reached.
    pub availability: bool,
    /// `None` until judged.
    pub risk: Option<IncidentRisk>,
    /// Whose systems they all are; `None` in-house.
    pub third_party_id: Option<ThirdPartyId>,
    pub window_start: DateTimeUtc,
    /// `None`: not known, or not over.
    pub window_end: Option<DateTimeUtc>,
    /// When the company learnt of it.
    pub aware_at: DateTimeUtc,
    pub consequences: Option<String>,
    pub measures: Option<String>,
    /// The actor's name.
    pub reported_by: String,
    pub created_at: DateTimeUtc,
    /// The actor's name.
    pub closed_by: Option<String>,
    pub closed_at: Option<DateTimeUtc>,
    pub conclusion: Option<String>,
    /// Why the customers were not told although the risk is high (Art. 34(3)).
    pub not_told_because: Option<String>,
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

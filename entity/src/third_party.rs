//! Another company or body that receives data.

use crate::{
    enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
    ids::ThirdPartyId,
    json::Texts,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Another company or body that receives data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "third_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThirdPartyId,
    pub version: i32,
    pub name: String,
    /// The category of recipient, one word: `HOSTING`.
    pub kind: String,
    pub role: ThirdPartyRole,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub privacy_contact: Option<String>,
    pub status: TrustStatus,
    pub agreement_reference: Option<String>,
    pub agreement_signed_on: Option<Date>,
    pub agreement_expires_on: Option<Date>,
    pub safeguard: Option<TransferSafeguard>,
    pub safeguard_reference: Option<String>,
    /// How it protects data (Art. 32).
    pub measures: Texts,
    pub review_due: Option<Date>,
    /// The third party that it works for, when it is a sub-processor.
    pub sub_processor_of: Option<ThirdPartyId>,
    /// When it was announced as a sub-processor (Art. 28(2)).
    pub announced_on: Option<Date>,
    /// The last day to object to it.
    pub objection_until: Option<Date>,
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

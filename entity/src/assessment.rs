//! One vetting of a third party. Kept for good.

use crate::{
    enums::{TransferSafeguard, TrustStatus},
    ids::{AssessmentId, ThirdPartyId},
    json::Texts,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One vetting of a third party. Kept for good.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    pub third_party_id: ThirdPartyId,
    /// What was decided.
    pub status: TrustStatus,
    pub grounds: String,
    pub agreement_reference: Option<String>,
    pub agreement_signed_on: Option<Date>,
    pub agreement_expires_on: Option<Date>,
    pub safeguard: Option<TransferSafeguard>,
    pub safeguard_reference: Option<String>,
    /// How it protects data (Art. 32).
    pub measures: Texts,
    pub review_due: Option<Date>,
    /// The actor's name.
    pub assessed_by: String,
    pub assessed_at: DateTimeUtc,
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

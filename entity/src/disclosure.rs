//! What was given to a third party, when, by whom and with whose leave (Art. 15(1)(c)).

use crate::{
    enums::Channel,
    ids::{ConsentId, CustomerId, DisclosureId, PurposeKey, SystemId, ThirdPartyId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What was given to a third party, when, by whom and with whose leave (Art. 15(1)(c)).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisclosureId,
    pub customer_id: CustomerId,
    pub third_party_id: ThirdPartyId,
    pub system_id: SystemId,
    pub purpose: PurposeKey,
    /// None where the purpose needs none.
    pub consent_id: Option<ConsentId>,
    pub channel: Channel,
    pub disclosed_at: DateTimeUtc,
    /// The actor's name.
    pub disclosed_by: String,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch::of(row.customer_id)
    }
}

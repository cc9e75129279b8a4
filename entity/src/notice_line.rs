//! One thing that a notice says: this category goes to this system, for this purpose.

use crate::{
    enums::TransferSafeguard,
    ids::{CategoryKey, CustomerId, NoticeId, PurposeKey, SystemId, ThirdPartyId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One thing that a notice says: this category goes to this system, for this purpose.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: NoticeId,
    pub customer_id: CustomerId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub system_id: SystemId,
    /// Who ran the system then.
    pub third_party_id: ThirdPartyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: PurposeKey,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: CategoryKey,
    /// Of the third party, as it was told.
    pub country: String,
    /// Likewise.
    pub safeguard: Option<TransferSafeguard>,
    /// Likewise.
    pub consent_needed: bool,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch::of(row.customer_id).category(row.category.clone())
    }
}

//! A customer's permission to give one third party some categories for one purpose.

use crate::{
    enums::ConsentEventKind,
    ids::{ConsentId, CustomerId, NoticeId, PurposeKey, ThirdPartyId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A customer's permission to give one third party some categories for one purpose.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    pub customer_id: CustomerId,
    pub third_party_id: ThirdPartyId,
    pub purpose: PurposeKey,
    /// What the customer was told first.
    pub notice_id: NoticeId,
    pub granted_at: DateTimeUtc,
    /// When it was withdrawn or lapsed.
    pub ended_at: Option<DateTimeUtc>,
    /// How it ended.
    pub ended_as: Option<ConsentEventKind>,
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

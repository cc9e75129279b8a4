//! One moment in a consent's history.

use crate::{
    enums::{Channel, ConsentEventKind},
    ids::{ConsentEventId, ConsentId, CustomerId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One moment in a consent's history.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentEventId,
    pub consent_id: ConsentId,
    pub customer_id: CustomerId,
    pub kind: ConsentEventKind,
    pub occurred_at: DateTimeUtc,
    pub channel: Channel,
    /// Such as a call's or a letter's reference.
    pub evidence: Option<String>,
    /// The actor's name.
    pub recorded_by: String,
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

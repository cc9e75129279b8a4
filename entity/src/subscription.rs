//! One customer's order of one service.

use crate::{
    enums::Channel,
    ids::{CustomerId, ServiceId, SubscriptionId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One customer's order of one service.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    pub customer_id: CustomerId,
    pub service_id: ServiceId,
    pub channel: Channel,
    pub started_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub end_reason: Option<String>,
    /// What took its place, when it ended by a switch.
    pub switched_to: Option<SubscriptionId>,
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

//! A customer wants their data kept and not used (Art. 18).

use crate::{
    enums::{Channel, RestrictionGround},
    ids::{CustomerId, DataRequestId, RestrictionId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A customer wants their data kept and not used (Art. 18). One is in force at a time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "restriction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RestrictionId,
    pub customer_id: CustomerId,
    pub ground: RestrictionGround,
    pub reason: String,
    /// How the customer asked for it.
    pub channel: Channel,
    /// The request that it fulfils.
    pub data_request_id: Option<DataRequestId>,
    /// The actor's name.
    pub placed_by: String,
    pub placed_at: DateTimeUtc,
    pub lifted_by: Option<String>,
    pub lifted_at: Option<DateTimeUtc>,
    pub lift_reason: Option<String>,
    /// When the customer was told that it would be lifted (Art. 18(3)).
    pub customer_told_at: Option<DateTimeUtc>,
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

//! A time in which a request's clock stood still.

use crate::{
    enums::PauseReason,
    ids::{CustomerId, DataRequestId, DataRequestPauseId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A time in which a request's clock stood still, as the customer was awaited.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request_pause")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataRequestPauseId,
    pub data_request_id: DataRequestId,
    pub customer_id: CustomerId,
    pub reason: PauseReason,
    /// What the customer was asked.
    pub question: String,
    /// The actor's name.
    pub paused_by: String,
    pub paused_at: DateTimeUtc,
    pub resumed_by: Option<String>,
    pub resumed_at: Option<DateTimeUtc>,
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

//! A customer uses a right of Art. 12-22.

use crate::{
    enums::{Channel, DataRequestType, ExtensionReason, RejectionGround, RestrictionGround},
    ids::{CustomerId, DataRequestId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A customer uses a right of Art. 12-22. How far it has come follows from its tasks, and stands nowhere.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataRequestId,
    pub customer_id: CustomerId,
    pub kind: DataRequestType,
    pub channel: Channel,
    pub received_at: DateTimeUtc,
    pub note: Option<String>,
    /// Of a request for restriction.
    pub restriction_ground: Option<RestrictionGround>,
    /// The actor's name.
    pub submitted_by: String,
    pub submitted_at: DateTimeUtc,
    /// When it was due when that last changed: what lists are ordered by.
    pub due_at: DateTimeUtc,
    pub extension_months: Option<i32>,
    pub extension_reason: Option<ExtensionReason>,
    pub extension_explanation: Option<String>,
    pub extension_channel: Option<Channel>,
    pub extended_at: Option<DateTimeUtc>,
    pub verified_method: Option<String>,
    pub verified_reference: Option<String>,
    pub verified_by: Option<String>,
    pub verified_at: Option<DateTimeUtc>,
    pub rejection_ground: Option<RejectionGround>,
    pub rejection_explanation: Option<String>,
    pub rejected_by: Option<String>,
    pub rejected_at: Option<DateTimeUtc>,
    pub withdrawn_channel: Option<Channel>,
    pub withdrawn_by: Option<String>,
    pub withdrawn_at: Option<DateTimeUtc>,
    /// The letter as the customer was given it.
    pub reply_text: Option<String>,
    pub reply_channel: Option<Channel>,
    pub reply_delivered_by: Option<String>,
    pub reply_delivered_at: Option<DateTimeUtc>,
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

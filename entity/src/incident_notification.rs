//! One time that somebody was told of a breach.

use crate::{
    enums::IncidentRecipient,
    ids::{IncidentId, IncidentNotificationId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One time that somebody was told of a breach. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentNotificationId,
    pub incident_id: IncidentId,
    pub recipient: IncidentRecipient,
    pub notified_at: DateTimeUtc,
    /// By which way, such as a letter to each or a public announcement (Art. 34(3)(c)).
    pub method: Option<String>,
    /// The authority's case number, a letter's reference, ...
    pub reference: Option<String>,
    /// Why it came after the 72 hours (Art. 33(1)).
    pub delay_reason: Option<String>,
    /// The actor's name.
    pub recorded_by: String,
    pub recorded_at: DateTimeUtc,
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

//! What a customer was told, word for word, before being asked.

use crate::{
    enums::{Channel, Locale},
    ids::{CustomerId, NoticeId, ServiceId},
    json::Said,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a customer was told, word for word, before being asked.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    pub customer_id: CustomerId,
    pub service_id: ServiceId,
    pub locale: Locale,
    pub text: String,
    /// Of the text in UTF-8.
    pub sha256: Vec<u8>,
    /// The same as a machine reads it: a TILT document.
    pub tilt: Json,
    /// The facts that it states.
    pub said: Said,
    pub channel: Channel,
    pub delivered_at: DateTimeUtc,
    /// The actor's name.
    pub delivered_by: String,
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

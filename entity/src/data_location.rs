//! One customer's data of one category in one system: a line of the data map.

use crate::{
    enums::{Channel, DataLocationState},
    ids::{CategoryKey, CustomerId, DataLocationId, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One customer's data of one category in one system: a line of the data map.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_location")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataLocationId,
    pub customer_id: CustomerId,
    pub category: CategoryKey,
    pub system_id: SystemId,
    /// The record's key over there. Cleared on disposal; the tombstone stays.
    pub external_reference: Option<String>,
    pub source_channel: Channel,
    pub collected_at: DateTimeUtc,
    /// The date of the document that the data belongs to, such as an invoice.
    pub document_date: Option<Date>,
    /// The actor's name.
    pub recorded_by: String,
    pub state: DataLocationState,
    pub held_from: DateTimeUtc,
    pub held_to: Option<DateTimeUtc>,
    /// When the system itself last said that it is there.
    pub last_verified_at: Option<DateTimeUtc>,
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

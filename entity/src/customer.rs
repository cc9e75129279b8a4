//! Somebody whose data the company has: the data subject, or a company with its contact person.

use crate::{
    enums::{Channel, CustomerKind, CustomerStatus, Locale},
    ids::CustomerId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Somebody whose data the company has: the data subject, or a company with its contact person.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// The company's own customer number.
    pub reference: String,
    pub kind: CustomerKind,
    pub status: CustomerStatus,
    pub status_since: DateTimeUtc,
    pub locale: Locale,
    /// Grows by one with each change.
    pub version: i32,
    /// By which way they came.
    pub channel: Channel,
    /// Sealed under the customer's own key; `None` once disposed of.
    pub profile: Option<Vec<u8>>,
    pub created_at: DateTimeUtc,
    /// What they were disposed of as: their status, or what that becomes once the law lets go of the rest of their profile.
    pub disposed_as: Option<CustomerStatus>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch::of(row.id)
    }
}

//! What one event saw or changed of one customer.

use crate::{
    ids::{AuditEventId, CustomerId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What one event saw or changed of one customer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_subject")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: AuditEventId,
    /// A JSON array of category keys, sorted.
    pub categories: String,
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

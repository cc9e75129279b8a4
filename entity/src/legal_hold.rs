//! Disposal is forbidden while a claim or an inquiry goes on.

use crate::{
    ids::{CustomerId, LegalHoldId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Disposal is forbidden while a claim or an inquiry goes on.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LegalHoldId,
    pub customer_id: CustomerId,
    pub reason: String,
    /// Such as a case number.
    pub reference: Option<String>,
    pub review_due: Option<Date>,
    /// The actor's name.
    pub placed_by: String,
    pub placed_at: DateTimeUtc,
    pub lifted_by: Option<String>,
    pub lifted_at: Option<DateTimeUtc>,
    pub lift_reason: Option<String>,
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

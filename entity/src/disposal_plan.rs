//! What a disposal would do, or did.

use crate::{
    enums::TaskCause,
    ids::{CustomerId, DisposalPlanId},
    json::SmallGroups,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a disposal would do, or did.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disposal_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisposalPlanId,
    /// `None` when it is about many.
    pub customer_id: Option<CustomerId>,
    pub cause: TaskCause,
    /// What was to end: a subscription, a consent, a hold, a rule, or what a service needed.
    pub subject_id: Uuid,
    /// The SHA-256 of what else was asked for.
    pub wish: Vec<u8>,
    /// The SHA-256 of its items in canonical form.
    pub hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    /// The actor's name.
    pub created_by: String,
    /// Until then it can be carried out.
    pub expires_at: DateTimeUtc,
    pub executed_at: Option<DateTimeUtc>,
    pub customers: i64,
    /// Lines that will be disposed of.
    pub locations: i64,
    /// Lines that something keeps.
    pub kept: i64,
    /// Why, where somebody said so. Without personal values.
    pub reason: Option<String>,
    /// Of a plan of many that is whole, where somebody wants to know.
    pub small_groups: Option<SmallGroups>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        row.customer_id.map_or_else(Touch::nobody, Touch::of)
    }
}

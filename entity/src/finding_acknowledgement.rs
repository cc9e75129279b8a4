//! What somebody has seen of what is wrong, and why it stays so for now.

use crate::{
    ids::CustomerId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What somebody has seen of what is wrong, and why it stays so for now.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding_acknowledgement")]
pub struct Model {
    /// The word of the finding's kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// What the finding is about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// As the finding said. What is wrong again is another.
    pub since: DateTimeUtc,
    /// How urgent it was, from 1 for the most to 4. What has become worse is another.
    pub urgency: i32,
    pub customer_id: Option<CustomerId>,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    /// The actor's name.
    pub acknowledged_by: String,
    pub acknowledged_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        Touch { customer: row.customer_id, category: None }
    }
}

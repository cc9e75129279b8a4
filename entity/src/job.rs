//! Bulk work, and how far it has come.

use crate::{
    enums::{JobState, JobStep},
    ids::{DisposalPlanId, JobId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Bulk work, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub state: JobState,
    pub step: JobStep,
    pub dry_run: bool,
    /// Issuer and subject.
    pub requested_by: String,
    pub idempotency_key: String,
    /// The SHA-256 of what was asked for.
    pub input_hash: Vec<u8>,
    /// The actor's name.
    pub requested_by_name: String,
    /// Without personal values.
    pub reason: String,
    /// Whom it is about, where that is still to be found out.
    pub selection: Option<Json>,
    /// Up to whom that was looked for: an id, or a number with the company.
    pub selected_to: Option<String>,
    pub disposal_plan_id: Option<DisposalPlanId>,
    /// The actor's name.
    pub approved_by_name: Option<String>,
    pub approved_at: Option<DateTimeUtc>,
    /// Why it was called off, without personal values.
    pub cancel_reason: Option<String>,
    /// Customers, as all the numbers here.
    pub total: i64,
    pub done: i64,
    pub failed: i64,
    /// Those of whom the law or a hold keeps something.
    pub kept_by_law: i64,
    /// How often a worker has taken it in hand: what it says counts for as long as nobody else has done so since.
    pub lease: i64,
    /// Until when the last one has it.
    pub taken_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
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

//! How it is known what came of a task.

use crate::{
    enums::EvidenceKind,
    ids::{CustomerId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// How it is known what came of a task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    pub customer_id: CustomerId,
    pub kind: EvidenceKind,
    pub recorded_at: DateTimeUtc,
    /// The actor's name, or the program's part.
    pub recorded_by: String,
    /// In a database: so many rows were changed, and read again as gone.
    pub rows_changed: Option<i64>,
    /// What a person attested.
    pub statement: Option<String>,
    /// Such as a ticket's.
    pub reference: Option<String>,
    /// What the third party confirmed, as received, without personal values.
    pub document: Option<Json>,
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

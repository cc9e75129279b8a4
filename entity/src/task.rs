//! One thing to be done at one system.

use crate::{
    enums::{TaskAction, TaskCause, TaskOutcome, TaskState},
    ids::{CustomerId, DataRequestId, JobId, SystemId, TaskId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One thing to be done at one system.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub customer_id: CustomerId,
    pub system_id: SystemId,
    pub action: TaskAction,
    /// Whether it takes a restriction back.
    pub lifts: bool,
    /// Why it came to be.
    pub cause: TaskCause,
    pub state: TaskState,
    /// What came of it; `None` while it is open.
    pub outcome: Option<TaskOutcome>,
    /// When it may begin, as it was decided.
    pub not_before: DateTimeUtc,
    /// When the program looks at it again: when it may begin, after a failure, when a worker that has it must be gone, or
    /// when an answer should have come.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// How often it was tried since a person last asked for that.
    pub attempts: i32,
    /// Goes up whenever a worker takes it: what comes from one that had it before does not count.
    pub lease: i64,
    /// What calls about it are known by elsewhere: the same on each attempt.
    pub call_key: Uuid,
    /// How many rows an attempt found before it changed anything.
    pub found_before: Option<i64>,
    /// How its system was reached then: the system's version.
    pub found_version: Option<i32>,
    /// Whether its system says that there was nothing of the customer's.
    pub found_nothing: bool,
    /// What went wrong last, without personal values.
    pub last_error: Option<String>,
    /// When its system's holder was told.
    pub sent_at: Option<DateTimeUtc>,
    /// When they answered for good.
    pub answered_at: Option<DateTimeUtc>,
    /// By when they should have answered for good, once they were told.
    pub answer_by: Option<DateTimeUtc>,
    /// How many letters they were sent about it.
    pub letters: i32,
    pub due_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    /// The request because of which it came to be, if a customer asked for it. It may be what others ask for as well.
    pub data_request_id: Option<DataRequestId>,
    /// The bulk work because of which it came to be.
    pub job_id: Option<JobId>,
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

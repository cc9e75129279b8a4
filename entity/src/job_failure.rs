//! One customer that a job could not do.

use crate::{
    ids::{CustomerId, JobFailureId, JobId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One customer that a job could not do.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_failure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobFailureId,
    pub job_id: JobId,
    /// `None` where nobody has that number.
    pub customer_id: Option<CustomerId>,
    /// As it was given, where no customer has it.
    pub reference: Option<String>,
    /// The word of the API.
    pub code: String,
    pub occurred_at: DateTimeUtc,
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

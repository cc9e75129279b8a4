//! A customer whom a job is about.

use crate::{
    enums::JobCustomerState,
    ids::{CustomerId, JobId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A customer whom a job is about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: JobId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    pub state: JobCustomerState,
    /// The SHA-256 of what the plan says of them.
    pub plan_hash: Option<Vec<u8>>,
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

//! A list of customers on its way to a job.

use crate::{
    ids::{CustomerSelectionId, JobId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A list of customers on its way to a job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_selection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerSelectionId,
    /// Issuer and subject of whoever uploads it.
    pub actor: String,
    pub size: i64,
    /// The work that uses it.
    pub job_id: Option<JobId>,
    pub expires_at: DateTimeUtc,
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

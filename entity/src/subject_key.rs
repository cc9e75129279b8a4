//! A customer's own data key, wrapped by a master key. Destroyed on erasure.

use crate::{
    ids::CustomerId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A customer's own data key, wrapped by a master key. Destroyed on erasure.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    pub master_key_id: String,
    pub wrapped: Vec<u8>,
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

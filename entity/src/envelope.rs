//! What a system knew a customer by, sealed for as long as something of theirs is there.

use crate::{
    ids::{CustomerId, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// What a system knew a customer by, sealed for as long as something of theirs is there.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "envelope")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub system_id: SystemId,
    /// Which master key wraps the key.
    pub master_key_id: String,
    /// The envelope's own key, wrapped.
    pub wrapped: Vec<u8>,
    /// What is sealed under it.
    pub sealed: Vec<u8>,
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

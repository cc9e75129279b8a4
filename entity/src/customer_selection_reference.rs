//! A number that is on a list of customers. Whose it is shows when it is used.

use crate::{
    ids::CustomerSelectionId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A number that is on a list of customers. Whose it is shows when it is used.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_selection_reference")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub selection_id: CustomerSelectionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub reference: String,
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

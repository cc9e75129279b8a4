//! A keyed hash of what somebody was found by who is gone. It does not say who.

use crate::{
    enums::LookupKind,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// A keyed hash of what somebody was found by who is gone. It does not say who.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_lookup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: LookupKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
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

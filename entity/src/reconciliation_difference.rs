//! One thing on which the map and a system disagree.

use crate::{
    enums::DifferenceKind,
    ids::{CategoryKey, CustomerId, DataLocationId, DifferenceId, ReconciliationId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One thing on which the map and a system disagree.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation_difference")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DifferenceId,
    pub reconciliation_id: ReconciliationId,
    pub kind: DifferenceKind,
    /// The line of the map, if there is one.
    pub data_location_id: Option<DataLocationId>,
    /// Whose it is, if that is known.
    pub customer_id: Option<CustomerId>,
    pub category: CategoryKey,
    /// What the system knows the record by, of what is on no map. Cleared by the next comparison.
    pub external_reference: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        row.customer_id.map(|customer| Touch::of(customer).category(row.category.clone())).unwrap_or_default()
    }
}

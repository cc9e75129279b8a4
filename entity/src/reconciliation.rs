//! One comparison of the map with what a system itself holds.

use crate::{
    connector::Connector,
    enums::ReconciliationState,
    ids::{CustomerId, ReconciliationId, SystemId},
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One comparison of the map with what a system itself holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReconciliationId,
    pub system_id: SystemId,
    /// The one customer that it is limited to.
    pub customer_id: Option<CustomerId>,
    pub state: ReconciliationState,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    /// What went wrong, without personal values.
    pub error: Option<String>,
    /// Lines that were found as they should be.
    pub matched: i64,
    /// How often a worker has taken it in hand: what it says counts for as long as nobody else has done so since.
    pub lease: i64,
    /// Until when the last one has it.
    pub taken_until: Option<DateTimeUtc>,
    /// Which time it was taken in hand when what was found was read.
    pub reading: i64,
    /// How the system was reached then.
    pub system_version: i32,
    /// When all of it was read.
    pub read_at: Option<DateTimeUtc>,
    /// How it was read: what follows goes by that, whatever is said of the system since.
    pub read_by: Option<Connector>,
    /// The last customer whose lines were compared.
    pub compared_to: Option<CustomerId>,
    /// Whether all lines were.
    pub lines_compared: bool,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Recorded for Entity {
    fn touch(row: &Model) -> Touch {
        row.customer_id.map(Touch::of).unwrap_or_default()
    }
}

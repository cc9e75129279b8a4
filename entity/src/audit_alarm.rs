//! Something is wrong with the audit log, and was found by the program itself. One row for each kind, while it lasts.

use crate::{
    enums::AuditAlarmKind,
    ids::AuditEventId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// Something is wrong with the audit log, and was found by the program itself. One row for each kind, while it lasts.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_alarm")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: AuditAlarmKind,
    /// The newest event by then.
    pub event_id: AuditEventId,
    pub since: DateTimeUtc,
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

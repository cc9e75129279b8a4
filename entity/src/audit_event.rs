//! One operation that someone made, or was refused. Never changes.

use crate::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::AuditEventId,
    touch::{Recorded, Touch},
};
use sea_orm::entity::prelude::*;

/// One operation that someone made, or was refused. Never changes.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// A UUIDv7 of the moment when it happened.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: AuditEventId,
    pub occurred_at: DateTimeUtc,
    /// Issuer and subject of the token.
    pub actor: String,
    pub actor_kind: ActorKind,
    /// The name of the root field, command or duty.
    pub operation: String,
    pub kind: AuditKind,
    pub outcome: AuditOutcome,
    /// Why it was denied or failed.
    pub error_code: Option<String>,
    pub purpose: Option<String>,
    pub request_id: String,
    /// The exact bytes that `leaf` is the hash of.
    pub body: Vec<u8>,
    /// SHA-256(0x00 || body), an RFC 9162 leaf.
    pub leaf: Vec<u8>,
    /// What the body has only the root of: whom it was about, and from where it came.
    pub withheld: Option<Vec<u8>>,
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

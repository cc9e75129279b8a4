//! An event on its way to the log, and the row it becomes.

use super::{session::Caller, trail::Trail};
use crate::transparency::{ActorBody, Body, SubjectBody, TargetBody, leaf};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{AuditKind, AuditOutcome},
    ids::AuditEventId,
};

/// An event on its way to the log.
#[derive(Clone, Debug)]
pub(in crate::access) struct Event {
    pub(in crate::access) id: AuditEventId,
    pub(in crate::access) at: DateTime<Utc>,
    pub(in crate::access) operation: String,
    pub(in crate::access) kind: AuditKind,
    pub(in crate::access) target: Option<TargetBody>,
    pub(in crate::access) outcome: AuditOutcome,
    pub(in crate::access) code: Option<&'static str>,
    pub(in crate::access) count: Option<u64>,
    pub(in crate::access) trail: Trail,
}

/// An event's row and subjects, ready to be inserted.
#[derive(Clone, Debug)]
pub(in crate::access) struct Entry {
    pub(in crate::access) event: Event,
    pub(in crate::access) caller: std::sync::Arc<Caller>,
    pub(in crate::access) body: Vec<u8>,
    pub(in crate::access) leaf: [u8; 32],
}

impl Entry {
    pub(in crate::access) fn new(
        event: Event,
        caller: std::sync::Arc<Caller>,
    ) -> Result<Self, serde_json::Error> {
        let body = Body {
            actor: ActorBody {
                id: caller.actor.id(),
                kind: caller.actor.kind,
                roles: caller.actor.roles.clone(),
            },
            address: caller.client.map(|address| address.to_string()),
            code: event.code.map(str::to_owned),
            count: event.count,
            id: event.id,
            kind: event.kind,
            operation: event.operation.clone(),
            outcome: event.outcome,
            purpose: caller.purpose.clone(),
            reason: caller.reason.clone(),
            request: caller.request_id.clone(),
            subjects: event
                .trail
                .iter()
                .map(|(customer, seen)| SubjectBody {
                    categories: seen.categories.iter().cloned().collect(),
                    changed: seen.changed.iter().map(|field| (*field).to_owned()).collect(),
                    customer: *customer,
                })
                .collect(),
            target: event.target.clone(),
            time: event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        }
        .bytes()?;
        let leaf = leaf(&body);
        Ok(Self { event, caller, body, leaf })
    }
}

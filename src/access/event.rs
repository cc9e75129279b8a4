//! An event on its way to the log, and the row it becomes.

use super::{
    Broken,
    session::Caller,
    trail::{Seen, Trail},
};
use crate::transparency::{ActorBody, Body, Link, SubjectBody, Withheld, leaf, salt};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{AuditKind, AuditOutcome},
    ids::{AuditEventId, CustomerId},
};
use std::sync::Arc;

/// An event on its way to the log.
#[derive(Clone, Debug)]
pub(in crate::access) struct Event {
    pub(in crate::access) id: AuditEventId,
    pub(in crate::access) at: DateTime<Utc>,
    pub(in crate::access) operation: String,
    pub(in crate::access) kind: AuditKind,
    /// The type of thing that it was about, and which one.
    pub(in crate::access) target: Option<String>,
    pub(in crate::access) target_id: Option<String>,
    pub(in crate::access) outcome: AuditOutcome,
    pub(in crate::access) code: Option<&'static str>,
    pub(in crate::access) count: Option<u64>,
    pub(in crate::access) trail: Trail,
}

/// An event's row and subjects, ready to be inserted.
#[derive(Clone, Debug)]
pub(in crate::access) struct Entry {
    pub(in crate::access) event: Event,
    pub(in crate::access) caller: Arc<Caller>,
    pub(in crate::access) link: Link,
    pub(in crate::access) body: Vec<u8>,
    pub(in crate::access) leaf: [u8; 32],
    pub(in crate::access) withheld: Option<Vec<u8>>,
}

impl Entry {
    pub(in crate::access) fn new(event: Event, caller: Arc<Caller>, link: Link) -> Result<Self, Broken> {
        let unwritten = |error: serde_json::Error| Broken::Journal(error.to_string());
        let withheld = withheld(&event, &caller)?;
        let commitment = withheld.commitment().map_err(unwritten)?;
        let actor = &caller.actor;
        let body = Body {
            actor: ActorBody { id: actor.id(), kind: actor.kind, roles: actor.roles.clone() },
            code: event.code.map(str::to_owned),
            count: event.count,
            id: event.id,
            kind: event.kind,
            operation: event.operation.clone(),
            outcome: event.outcome,
            purpose: caller.purpose.clone(),
            request: caller.request_id.clone(),
            target: event.target.clone(),
            time: event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            withheld: commitment.clone(),
            writer: link.clone(),
        };
        let body = body.bytes().map_err(unwritten)?;
        let withheld = commitment.map(|_| withheld.bytes().map_err(unwritten)).transpose()?;
        let leaf = leaf(&body);
        Ok(Self { event, caller, link, body, leaf, withheld })
    }
}

/// Whom it was about, and from where it came.
fn withheld(event: &Event, caller: &Caller) -> Result<Withheld, Broken> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Broken::Journal(error.to_string()))?;
    let subject = |(customer, seen): (&CustomerId, &Seen)| SubjectBody {
        categories: seen.categories.iter().cloned().collect(),
        changed: seen.changed.iter().map(|field| (*field).to_owned()).collect(),
        customer: *customer,
    };
    Ok(Withheld {
        address: caller.client.map(|address| address.to_string()),
        reason: caller.reason.clone(),
        salt: salt(random),
        subjects: event.trail.iter().map(subject).collect(),
        target: event.target_id.clone(),
    })
}

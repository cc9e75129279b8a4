//! One request: who asks, what for, and an [`Access`] for each root field of what they ask.

use super::{Access, Broken, Door, Released, Stop, operation::Gate};
use crate::policy::Actor;
use entity::enums::AuditKind;
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Who asks, and what they say it is for.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// A purpose's key.
    pub purpose: Option<String>,
    /// Such as a ticket's number.
    pub reason: Option<String>,
    pub request_id: String,
    pub client: Option<IpAddr>,
}

/// One request of one caller. Its answer leaves through [`Session::release`].
#[derive(Debug)]
pub struct Session {
    door: Arc<Door>,
    caller: Arc<Caller>,
    roots: Mutex<Vec<(String, Access)>>,
}

impl Session {
    pub(in crate::access) fn new(door: Arc<Door>, caller: Caller) -> Self {
        Self { door, caller: Arc::new(caller), roots: Mutex::new(Vec::new()) }
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Goes on without the purpose that was stated.
    pub fn forget_purpose(&mut self) {
        Arc::make_mut(&mut self.caller).purpose = None;
    }

    /// The access of one root field: `key` tells its uses in one request apart, `operation` names it in the log. Two
    /// fields never share one, whatever they are called in the answer.
    pub fn root(&self, key: &str, operation: &str) -> Access {
        // A poisoned lock means that another resolver panicked; the list is still whole.
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(known, access): &&(String, Access)| known == key && access.operation() == operation;
        if let Some((_, access)) = roots.iter().find(same) {
            return access.clone();
        }
        let access = Access::new(self.door.clone(), self.caller.clone(), operation, Gate::AtRelease);
        roots.push((key.to_owned(), access.clone()));
        access
    }

    /// The access of the root field that something lies below, which has asked for it first.
    pub fn below(&self, key: &str) -> Option<Access> {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        roots.iter().find(|(known, _)| known == key).map(|(_, access)| access.clone())
    }

    /// Records what every root field has read, and only then lets the answer go. When that fails, `instead` goes.
    pub async fn release<T>(&self, answer: T, instead: impl FnOnce(&Stop) -> T) -> Released<T> {
        match self.record().await {
            Ok(()) => Released::new(answer),
            Err(broken) => Released::new(instead(&broken.into())),
        }
    }

    /// Records that a request failed before any root field was reached: its document or variables were wrong.
    pub async fn failed<T>(
        &self,
        operation: &str,
        kind: AuditKind,
        code: &'static str,
        answer: T,
        instead: impl FnOnce(&Stop) -> T,
    ) -> Released<T> {
        let access = Access::new(self.door.clone(), self.caller.clone(), operation, Gate::AtRelease);
        match access.never_ran(kind, code).await {
            Ok(()) => Released::new(answer),
            Err(broken) => Released::new(instead(&broken.into())),
        }
    }

    /// Notes that a root field failed, or something below it, by an argument that could not be read; on record when the
    /// answer is released.
    pub fn failed_root(&self, key: &str, operation: &str, kind: AuditKind, code: &'static str) {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &str, access: &Access| known == key && access.operation() == operation;
        if let Some((_, access)) = roots.iter().find(|(known, access)| same(known, access) && access.asked())
        {
            return access.note_failure(kind, code);
        }
        roots.retain(|(known, access)| !same(known, access));
        let access = Access::new(self.door.clone(), self.caller.clone(), operation, Gate::AtRelease);
        access.note_failure(kind, code);
        roots.push((key.to_owned(), access));
    }

    async fn record(&self) -> Result<(), Broken> {
        let events = {
            let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
            roots.iter().flat_map(|(_, access)| access.unrecorded()).collect()
        };
        self.door.journal.record(events, &self.caller).await
    }
}

//! What is asked of a system, and what comes back.

use chrono::{DateTime, Utc};
use entity::{
    enums::{SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeSet, fmt, time::Duration};
use uuid::Uuid;

/// One attempt at a task.
#[derive(Clone, Debug)]
pub struct Call {
    /// The task's: the same on each attempt, so that what was done already is not done twice.
    pub key: Uuid,
    pub action: TaskAction,
    pub categories: BTreeSet<CategoryKey>,
    pub subject: Subject,
    /// What an earlier attempt found before it changed anything: it may have been the one that did it.
    pub found_before: Option<u64>,
    /// What is wrong there, for a rectification.
    pub corrections: Vec<Correction>,
}

/// Values that were wrong, and the right one. None is printed.
#[derive(Clone, Debug)]
pub struct Correction {
    pub category: CategoryKey,
    /// What may stand there; nothing: that is not known.
    pub old: Vec<SecretString>,
    pub new: SecretString,
}

/// What a system holds of a person, for them: sources, each with its rows or its document.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Gathered(pub Vec<serde_json::Value>);

/// It is all about the person.
impl fmt::Debug for Gathered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathered").field("sources", &self.0.len()).finish_non_exhaustive()
    }
}

/// What a system may know the person by. Its values are personal data, and are shown by nothing.
#[derive(Clone, Default)]
pub struct Subject {
    keys: Vec<(SubjectKeyKind, SecretString)>,
}

impl Subject {
    /// Adds one thing that the person is known by.
    #[must_use]
    pub fn known_by(mut self, kind: SubjectKeyKind, value: &str) -> Self {
        self.keys.push((kind, SecretString::from(value.to_owned())));
        self
    }

    /// All values of this kind.
    pub fn values(&self, kind: SubjectKeyKind) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |(known, _)| *known == kind).map(|(_, value)| value.expose_secret())
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(kind, _)| kind)).finish()
    }
}

/// What came of a call that was not a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Done; the evidence says what that rests on.
    Done(Evidence),
    /// Done, and this is what was asked for.
    Gathered { data: Gathered, evidence: Evidence },
    /// There is nothing of the person's.
    NothingFound(Evidence),
    /// The holder keeps it, on this ground.
    Kept { ground: String, evidence: Evidence },
    /// They have been told, and answer for good later.
    Accepted,
}

/// What an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// So many rows were changed, and read again as gone; or were read, where that was asked for.
    ReadBack { rows: u64 },
    /// The third party's own confirmation, as received, without personal values.
    Confirmed { document: serde_json::Value, at: DateTime<Utc> },
}

/// Why a call came to nothing. Messages hold no personal value and no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may go better later.
    #[error("{message}")]
    Passing {
        message: String,
        /// What they asked to wait.
        retry_after: Option<Duration>,
    },
    /// Trying again does not help: a person has to look.
    #[error("{message}")]
    Lasting { message: String },
}

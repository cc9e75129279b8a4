//! One line of the ledger: JSON, of which the first says what is intended, and another that it was done.

use chrono::{DateTime, Utc};
use entity::{
    enums::{CustomerStatus, LookupKind},
    ids::CustomerId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The form that lines are in.
const FORMAT: u32 = 1;

/// That somebody is to be erased or anonymized, durable before anything of theirs is destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub entry: Uuid,
    pub at: DateTime<Utc>,
    pub customer: CustomerId,
    /// What they become.
    #[serde(rename = "as")]
    pub becomes: CustomerStatus,
    /// The plan's hash, in hex, where a plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Keyed hashes of what they were found by, in hex: by them somebody is not taken in again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lookups: BTreeMap<LookupKind, String>,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Said {
    Intent(Intent),
    /// It was committed.
    Done {
        entry: Uuid,
        at: DateTime<Utc>,
    },
    /// The line before broke off: whoever wrote it died, and did nothing.
    Torn {
        at: DateTime<Utc>,
    },
}

#[derive(Serialize, Deserialize)]
struct Line {
    format: u32,
    #[serde(flatten)]
    said: Said,
}

/// A line that says nothing that this version understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} of the erasure ledger is not as Kartotek writes them, or is of a later version's")]
pub struct Malformed(pub u64);

/// What the line says; `None` when it cannot be told.
pub(super) fn read(line: &[u8]) -> Option<Said> {
    let line = serde_json::from_slice::<Line>(line).ok()?;
    (line.format == FORMAT).then_some(line.said)
}

/// The line, with its end.
///
/// # Errors
/// Not for what is written here: it is all text and numbers.
pub(super) fn written(said: Said) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(&Line { format: FORMAT, said })?;
    line.push(b'\n');
    Ok(line)
}

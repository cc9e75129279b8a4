//! An event's exact bytes: what is hashed now is what a proof will be about for good.
//!
//! The body is a version byte and then JSON with sorted keys and no white space. Version 1 is described by
//! [`Body`]; a later version may add to it, and never changes what a stored body says. Whom it was about is not in it, but the
//! root of what is [`super::Withheld`].

use super::{Commitment, Link};
use entity::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::AuditEventId,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version byte that bodies begin with.
const VERSION: u8 = 1;

/// An event as it is written. Fields stand in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub actor: ActorBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many times it happened, when one event stands for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    pub id: AuditEventId,
    pub kind: AuditKind,
    pub operation: String,
    pub outcome: AuditOutcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub request: String,
    /// The type of thing that it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// RFC 3339 in UTC with microseconds.
    pub time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Commitment>,
    pub writer: Link,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorBody {
    /// Issuer and subject.
    pub id: String,
    pub kind: ActorKind,
    pub roles: Vec<crate::policy::Role>,
}

impl Body {
    /// The bytes that are hashed and stored.
    ///
    /// # Errors
    /// Never in practice: everything in a body has a form in JSON.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, self)?;
        Ok(bytes)
    }

    /// What stored bytes say; `None` for a version that this program does not know.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, json) = bytes.split_first()?;
        (*version == VERSION).then(|| serde_json::from_slice(json).ok())?
    }
}

/// The hash of a leaf of the log's Merkle tree (RFC 9162, 2.1.1): the prefix keeps leaves and nodes apart.
#[must_use]
pub fn leaf(body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

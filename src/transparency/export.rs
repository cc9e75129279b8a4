//! What of the log leaves in a file, to be looked through without the database: a line of JSON for each event, and for each
//! signed statement about them.

use super::{
    Body, Shown, Withheld, leaf,
    tree::{Digest, proves_inclusion},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A C2SP signed note about the log, of all that is before it, or of what the lines after it are proven to be in.
    Signed(SignedLine),
    Event(Box<EventLine>),
}

/// A signed note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedLine {
    pub checkpoint: String,
}

/// An event. Bytes and hashes are in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventLine {
    /// Its place.
    pub leaf_index: u64,
    /// The exact bytes that are hashed.
    pub entry: String,
    /// What proves that it is in the tree of the note before it, from the leaf upwards. Without, all events before it are in the
    /// file, too, and the tree follows from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Vec<String>>,
    /// Those parts of what is withheld that are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartLine>,
    /// All that is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// A part of what is withheld, with what proves that it is the event's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartLine {
    pub index: u64,
    pub part: String,
    pub hashes: Vec<String>,
}

impl From<Shown> for PartLine {
    fn from(shown: Shown) -> Self {
        Self { index: shown.nth, part: STANDARD.encode(shown.bytes), hashes: encode(&shown.hashes) }
    }
}

/// Hashes, as they are written.
#[must_use]
pub fn encode(hashes: &[Digest]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

fn decode(hashes: &[String]) -> Option<Vec<Digest>> {
    hashes.iter().map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect()
}

impl EventLine {
    /// The event's exact bytes; `None` where they are none.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.entry).ok()
    }

    /// Whether its hashes prove that it is in the tree of this size and root; without any, nothing is proven.
    #[must_use]
    pub fn is_in(&self, tree: (u64, Digest)) -> bool {
        let proof = self.hashes.as_deref().and_then(decode).zip(self.bytes());
        proof.is_some_and(|(hashes, bytes)| proves_inclusion(&hashes, tree, self.leaf_index, leaf(&bytes)))
    }

    /// Whether all that it shows of what is withheld is what the entry has the root of.
    #[must_use]
    pub fn shows_what_is_withheld(&self) -> bool {
        let Some(body) = self.bytes().as_deref().and_then(Body::parse) else { return false };
        if self.withheld.as_ref().is_some_and(|all| all.commitment().ok() != Some(body.withheld.clone())) {
            return false;
        }
        let root = || {
            let of = body.withheld.as_ref()?;
            Some((of.parts, STANDARD.decode(&of.root).ok()?.try_into().ok()?))
        };
        let proven = |part: &PartLine| {
            let bytes = STANDARD.decode(&part.part).ok()?;
            Some(proves_inclusion(&decode(&part.hashes)?, root()?, part.index, leaf(&bytes)))
        };
        self.parts.iter().all(|part| proven(part) == Some(true))
    }
}

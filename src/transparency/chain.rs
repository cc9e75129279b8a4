//! What each event says of those before it by the same writer, so that one that is removed before it is sealed is missed.
//!
//! A writer is a process. Its events overtake each other: changes are committed beside the journal, and some are taken back. So an
//! event names what is known to have committed and was not named by another, and how many that were so far; nothing that may yet
//! be taken back.

use super::tree::Digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an event says of its writer's earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Leaves of events that are in the log, in base64: each of them before it, or overtaken by it in the moment of its commit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Events of this writer that are in the log at least, without this one.
    pub before: u64,
    /// Which writer.
    pub id: Uuid,
}

impl Link {
    /// The link of the next one that commits together with the one that this is the link of, and that is this leaf.
    #[must_use]
    pub fn beside(&self, leaf: Digest) -> Self {
        Self { after: vec![STANDARD.encode(leaf)], before: self.before + 1, id: self.id }
    }

    /// The leaves that it names; what is no hash names none.
    pub fn named(&self) -> impl Iterator<Item = Digest> {
        self.after.iter().filter_map(|text| STANDARD.decode(text).ok()?.try_into().ok())
    }
}

/// What a writer knows of its own events.
#[derive(Debug)]
pub struct Chain {
    id: Uuid,
    committed: u64,
    unnamed: Vec<Digest>,
}

impl Chain {
    /// A new writer's.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self { id, committed: 0, unnamed: Vec::new() }
    }

    /// The link of the next event; of several that commit together, the first one's.
    pub fn following(&mut self) -> Link {
        let after = std::mem::take(&mut self.unnamed).iter().map(|leaf| STANDARD.encode(leaf)).collect();
        Link { after, before: self.committed, id: self.id }
    }

    /// So many events have committed together, and this is the last one's leaf.
    pub fn committed(&mut self, count: u64, last: Digest) {
        self.committed += count;
        self.unnamed.push(last);
    }

    /// What was to name these has not committed, or nobody knows.
    pub fn give_back(&mut self, first: &Link) {
        self.unnamed.extend(first.named());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_committed_is_named_once_and_what_was_taken_back_names_nothing() {
        let (a, b, c) = ([1; 32], [2; 32], [3; 32]);
        let mut chain = Chain::new(Uuid::nil());
        let first = chain.following();
        assert_eq!((first.before, first.named().count()), (0, 0));
        chain.committed(1, a);
        // Two at once: one is taken back.
        let (taken_back, other) = (chain.following(), chain.following());
        assert_eq!((taken_back.named().collect::<Vec<_>>(), other.named().count()), (vec![a], 0));
        chain.committed(1, b);
        chain.give_back(&taken_back);
        let next = chain.following();
        assert_eq!((next.before, next.named().collect::<Vec<_>>()), (2, vec![b, a]));
        // Three in one commit.
        let beside = next.beside(c);
        assert_eq!((beside.before, beside.named().collect::<Vec<_>>()), (3, vec![c]));
        chain.committed(3, c);
        let next = chain.following();
        assert_eq!((next.before, next.named().collect::<Vec<_>>()), (5, vec![c]));
    }
}

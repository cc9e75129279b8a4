//! What events say of those before them, beside what is in the log: whether one was removed before it was sealed.

use super::{Link, tree::Digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// Leaves of each writer that are remembered once an event of theirs has named them. One is named twice where nobody knew whether
/// the first that did so had committed: by the same writer, and among the next that it names.
const REMEMBERED: usize = 256;

/// Leaves that are remembered of events whose bodies were not seen. What a writer's first one after them names may be any of them;
/// the next name what came just before.
const UNSEEN: usize = 4_096;

/// The writers of a log that is being looked through.
#[derive(Debug, Default)]
pub struct Writers {
    counts: BTreeMap<Uuid, Counts>,
    /// Leaves that no event has named so far.
    unnamed: HashSet<Digest>,
    /// Those that were named, by whom, the newest last.
    named: BTreeMap<Uuid, VecDeque<Digest>>,
    /// Leaves that were named and not seen so far, and by which event.
    missing: HashMap<Digest, Naming>,
    /// How many events' bodies were not seen, so that nobody knows who wrote them; and the leaves of the last of them.
    unseen: u64,
    unseen_leaves: VecDeque<Digest>,
    /// The greatest of their ids: who began to write after that has written none of them.
    unseen_upto: Uuid,
}

/// An event that names others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    pub place: u64,
    pub id: String,
    /// Who wrote it.
    pub writer: Uuid,
    /// When it happened, if its body says so.
    pub at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Counts {
    seen: u64,
    /// How many its events say that there are, at least.
    said: u64,
    /// How many were not seen of anybody's when its last one was.
    unseen: u64,
}

impl Writers {
    /// A leaf that is in the log.
    pub fn leaf(&mut self, leaf: Digest) {
        match self.missing.remove(&leaf) {
            Some(naming) => self.remember(naming.writer, leaf),
            None => drop(self.unnamed.insert(leaf)),
        }
    }

    /// One of an event that nobody has shown.
    pub fn unseen(&mut self, leaf: Digest, id: Option<Uuid>) {
        self.leaf(leaf);
        self.unseen += 1;
        self.unseen_upto = self.unseen_upto.max(id.unwrap_or_default());
        self.unseen_leaves.push_back(leaf);
        if self.unseen_leaves.len() > UNSEEN
            && let Some(oldest) = self.unseen_leaves.pop_front()
        {
            self.unnamed.remove(&oldest);
        }
    }

    /// What this event says of those before it.
    pub fn link(&mut self, link: &Link, event: &Naming) {
        let counts = self.counts.entry(link.id).or_default();
        let may_name_unseen = counts.unseen < self.unseen && link.id <= self.unseen_upto;
        counts.seen += 1;
        counts.unseen = self.unseen;
        counts.said = counts.said.max(link.before.saturating_add(1));
        for leaf in link.named() {
            if self.unnamed.remove(&leaf) {
                self.remember(link.id, leaf);
            } else if !may_name_unseen && !self.named.get(&link.id).is_some_and(|named| named.contains(&leaf))
            {
                self.missing.insert(leaf, event.clone());
            }
        }
    }

    /// An event that is in the log beyond what is looked through.
    pub fn beyond(&mut self, link: &Link, leaf: Digest) {
        self.counts.entry(link.id).or_default().seen += 1;
        self.missing.remove(&leaf);
    }

    fn remember(&mut self, writer: Uuid, leaf: Digest) {
        let named = self.named.entry(writer).or_default();
        named.push_back(leaf);
        if named.len() > REMEMBERED {
            named.pop_front();
        }
    }

    /// The events that name what was not seen.
    pub fn naming_what_is_missing(&self) -> impl Iterator<Item = &Naming> {
        self.missing.values()
    }

    /// The writers of which more events are missing than were not seen: how many there were at least, and how many were seen.
    pub fn short(&self) -> impl Iterator<Item = (Uuid, u64, u64)> {
        let is_short = move |(id, counts): &(&Uuid, &Counts)| {
            let unseen = if **id <= self.unseen_upto { self.unseen } else { 0 };
            counts.said.saturating_sub(counts.seen) > unseen
        };
        let short = self.counts.iter().filter(is_short);
        short.map(|(id, counts)| (*id, counts.said, counts.seen))
    }
}

/// What is known of a log's writers by some place, to go on from there another time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    counts: BTreeMap<Uuid, Counts>,
    unnamed: Vec<String>,
    named: BTreeMap<Uuid, Vec<String>>,
    missing: Vec<(String, Naming)>,
    unseen: u64,
    unseen_upto: Uuid,
}

impl From<&Writers> for Known {
    fn from(writers: &Writers) -> Self {
        let text = |leaf: &Digest| STANDARD.encode(leaf);
        Self {
            counts: writers.counts.clone(),
            unnamed: writers.unnamed.iter().map(text).collect(),
            named: writers.named.iter().map(|(id, named)| (*id, named.iter().map(text).collect())).collect(),
            missing: writers.missing.iter().map(|(leaf, by)| (text(leaf), by.clone())).collect(),
            unseen: writers.unseen,
            unseen_upto: writers.unseen_upto,
        }
    }
}

impl Known {
    /// The writers, to go on with; `None` when it is damaged.
    #[must_use]
    pub fn writers(&self) -> Option<Writers> {
        let leaf = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
        let named = |(id, named): (&Uuid, &Vec<String>)| {
            Some((*id, named.iter().map(leaf).collect::<Option<VecDeque<Digest>>>()?))
        };
        Some(Writers {
            counts: self.counts.clone(),
            unnamed: self.unnamed.iter().map(leaf).collect::<Option<_>>()?,
            named: self.named.iter().map(named).collect::<Option<_>>()?,
            missing: self
                .missing
                .iter()
                .map(|(text, by)| Some((leaf(text)?, by.clone())))
                .collect::<Option<_>>()?,
            unseen: self.unseen,
            unseen_upto: self.unseen_upto,
            unseen_leaves: VecDeque::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transparency::Chain;

    /// An event of this writer, and its leaf.
    fn write(chain: &mut Chain, leaf: u8) -> (Link, Digest) {
        let link = chain.following();
        chain.committed(1, [leaf; 32]);
        (link, [leaf; 32])
    }

    fn look(writers: &mut Writers, (link, leaf): &(Link, Digest)) {
        writers.leaf(*leaf);
        let naming = Naming { place: 0, id: String::new(), writer: link.id, at: None };
        writers.link(link, &naming);
    }

    fn misses(writers: &Writers) -> bool {
        writers.naming_what_is_missing().next().is_some() || writers.short().next().is_some()
    }

    /// Who wrote some of what was not seen may name it; who began after that, or goes on to write, may not.
    #[test]
    fn what_was_not_seen_excuses_nobody_who_has_not_written_it() {
        let (mut old, mut new) = (Chain::new(Uuid::from_u128(1)), Chain::new(Uuid::from_u128(9)));
        let events = [1, 2, 3, 4].map(|leaf| write(&mut old, leaf));
        let later = [11, 12, 13].map(|leaf| write(&mut new, leaf));
        let looked = |of_old: &[usize], of_new: &[usize]| {
            let mut writers = Writers::default();
            for leaf in 100..100 + 5_000_u32 {
                let mut hash = [0xff; 32];
                hash[..4].copy_from_slice(&leaf.to_be_bytes());
                writers.unseen(hash, Some(Uuid::from_u128(5)));
            }
            let seen = of_old.iter().map(|nth| &events[*nth]).chain(of_new.iter().map(|nth| &later[*nth]));
            for event in seen {
                look(&mut writers, event);
            }
            misses(&writers)
        };
        assert!(!looked(&[1, 2, 3], &[0, 1, 2]), "the first of them was not seen");
        assert!(looked(&[1, 3], &[]), "one after that is missing");
        assert!(looked(&[], &[1, 2]), "who began later has nothing that was not seen");
    }
}

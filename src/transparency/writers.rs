//! What events say of those before them, beside what is in the log: whether one was removed before it was sealed.

use super::{Link, tree::Digest};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// Leaves that are remembered once an event has named them. One that is named twice, because nobody knew whether the first that
/// did so had committed, is so by one of the next few of its writer.
const REMEMBERED: usize = 100_000;

/// The writers of a log that is being looked through.
#[derive(Debug, Default)]
pub struct Writers {
    counts: BTreeMap<Uuid, Counts>,
    /// Leaves that no event has named so far.
    unnamed: HashSet<Digest>,
    named: HashSet<Digest>,
    /// The same in the order in which they were named.
    order: VecDeque<Digest>,
    /// Leaves that were named and not seen so far, and by which event: its place and id.
    missing: HashMap<Digest, (u64, String)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    seen: u64,
    /// How many its events say that there are, at least.
    said: u64,
}

impl Writers {
    /// A leaf that is in the log.
    pub fn leaf(&mut self, leaf: Digest) {
        if self.missing.remove(&leaf).is_some() {
            self.remember(leaf);
        } else {
            self.unnamed.insert(leaf);
        }
    }

    /// What the event of this place and id says of those before it.
    pub fn link(&mut self, link: &Link, place: u64, id: &str) {
        let counts = self.counts.entry(link.id).or_default();
        counts.seen += 1;
        counts.said = counts.said.max(link.before.saturating_add(1));
        for leaf in link.named() {
            if self.unnamed.remove(&leaf) {
                self.remember(leaf);
            } else if !self.named.contains(&leaf) {
                self.missing.insert(leaf, (place, id.to_owned()));
            }
        }
    }

    /// An event that is in the log beyond what is looked through.
    pub fn beyond(&mut self, link: &Link, leaf: Digest) {
        self.counts.entry(link.id).or_default().seen += 1;
        self.missing.remove(&leaf);
    }

    fn remember(&mut self, leaf: Digest) {
        self.named.insert(leaf);
        self.order.push_back(leaf);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.named.remove(&oldest);
        }
    }

    /// The events that name what was not seen, by their places and ids.
    pub fn naming_what_is_missing(&self) -> impl Iterator<Item = &(u64, String)> {
        self.missing.values()
    }

    /// The writers of which events are missing: how many there were at least, and how many were seen.
    pub fn short(&self) -> impl Iterator<Item = (Uuid, u64, u64)> {
        let short = self.counts.iter().filter(|(_, counts)| counts.seen < counts.said);
        short.map(|(id, counts)| (*id, counts.said, counts.seen))
    }
}

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

/// Leaves that are remembered of events whose bodies were not seen. What the first of a writer's names that was seen may be any of
/// them; the others name what came just before.
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
    pub fn unseen(&mut self, leaf: Digest) {
        self.leaf(leaf);
        self.unseen += 1;
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
        let may_name_unseen = counts.seen == 0 && self.unseen > 0;
        counts.seen += 1;
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
        let missing = |counts: &Counts| counts.said.saturating_sub(counts.seen);
        let short = self.counts.iter().filter(move |(_, counts)| missing(counts) > self.unseen);
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
            unseen_leaves: VecDeque::new(),
        })
    }
}

//! What events say of those before them, beside what is in the log: whether one was removed before it was sealed.

use super::{Link, tree::Digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
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
    /// Leaves that were named and not seen so far, and by which event.
    missing: HashMap<Digest, Naming>,
}

/// An event that names others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    pub place: u64,
    pub id: String,
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
        if self.missing.remove(&leaf).is_some() {
            self.remember(leaf);
        } else {
            self.unnamed.insert(leaf);
        }
    }

    /// What this event says of those before it.
    pub fn link(&mut self, link: &Link, event: &Naming) {
        let counts = self.counts.entry(link.id).or_default();
        counts.seen += 1;
        counts.said = counts.said.max(link.before.saturating_add(1));
        for leaf in link.named() {
            if self.unnamed.remove(&leaf) {
                self.remember(leaf);
            } else if !self.named.contains(&leaf) {
                self.missing.insert(leaf, event.clone());
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

    /// The events that name what was not seen.
    pub fn naming_what_is_missing(&self) -> impl Iterator<Item = &Naming> {
        self.missing.values()
    }

    /// The writers of which events are missing: how many there were at least, and how many were seen.
    pub fn short(&self) -> impl Iterator<Item = (Uuid, u64, u64)> {
        let short = self.counts.iter().filter(|(_, counts)| counts.seen < counts.said);
        short.map(|(id, counts)| (*id, counts.said, counts.seen))
    }
}

/// What is known of a log's writers by some place, to go on from there another time. Of leaves that were named, and are only
/// remembered because they may be so once more, the newest go along.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    counts: BTreeMap<Uuid, Counts>,
    unnamed: Vec<String>,
    named: Vec<String>,
    missing: Vec<(String, Naming)>,
}

/// Leaves that go along of those that were named.
const GOES_ALONG: usize = 1_000;

impl From<&Writers> for Known {
    fn from(writers: &Writers) -> Self {
        let text = |leaf: &Digest| STANDARD.encode(leaf);
        Self {
            counts: writers.counts.clone(),
            unnamed: writers.unnamed.iter().map(text).collect(),
            named: writers.order.iter().rev().take(GOES_ALONG).rev().map(text).collect(),
            missing: writers.missing.iter().map(|(leaf, by)| (text(leaf), by.clone())).collect(),
        }
    }
}

impl Known {
    /// The writers, to go on with; `None` when it is damaged.
    #[must_use]
    pub fn writers(&self) -> Option<Writers> {
        let leaf = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
        let order = self.named.iter().map(leaf).collect::<Option<VecDeque<Digest>>>()?;
        Some(Writers {
            counts: self.counts.clone(),
            unnamed: self.unnamed.iter().map(leaf).collect::<Option<_>>()?,
            named: order.iter().copied().collect(),
            order,
            missing: self
                .missing
                .iter()
                .map(|(text, by)| Some((leaf(text)?, by.clone())))
                .collect::<Option<_>>()?,
        })
    }
}

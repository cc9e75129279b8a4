//! Which places each month has, which of their events the database does not have, and whether the log itself says that these were
//! detached.

use super::{Detached, Month, Places, tree::Digest, wrong::Wrong};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::ids::AuditEventId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Absent events of a month that are told one by one.
const MOST: usize = 1_000;

/// The months of a log that is being looked through.
#[derive(Debug, Default)]
pub(super) struct LogMonths {
    places: BTreeMap<Month, Places>,
    /// Those of them that were looked at before.
    before: BTreeMap<Month, Places>,
    absent: BTreeMap<Option<Month>, Absent>,
    /// The place of the last event that says of a month that all of it was detached.
    detached: BTreeMap<Month, u64>,
    /// Whose word counts for that; anybody's, if there are none.
    trusted: Vec<String>,
}

/// Events that the database does not have.
#[derive(Clone, Debug, Default)]
struct Absent {
    count: u64,
    /// How many of these nobody has shown.
    unseen: u64,
    /// The first of them.
    first: Vec<(u64, AuditEventId)>,
    last: u64,
}

/// What came of the events that the database does not have.
#[derive(Debug, Default)]
pub(super) struct Absences {
    pub(super) wrong: Vec<Wrong>,
    /// How many were found beyond those.
    pub(super) more: u64,
    /// How many were detached and not shown.
    pub(super) unseen: BTreeMap<Month, u64>,
}

/// What is known of a log's months by some place: how many places each has, and their chain in base64.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct KnownMonths(BTreeMap<String, (u64, String)>);

impl From<&LogMonths> for KnownMonths {
    fn from(months: &LogMonths) -> Self {
        let known = |(month, places): (&Month, &Places)| {
            (month.to_string(), (places.count, STANDARD.encode(places.chain)))
        };
        Self(months.places.iter().map(known).collect())
    }
}

impl LogMonths {
    /// Goes on from there; `None` when that is damaged.
    pub(super) fn after(self, known: &KnownMonths) -> Option<Self> {
        let month = |(month, (count, chain)): (&String, &(u64, String))| {
            let chain = STANDARD.decode(chain).ok()?.try_into().ok()?;
            Some((month.parse().ok()?, Places { count: *count, chain }))
        };
        let places = known.0.iter().map(month).collect::<Option<BTreeMap<_, _>>>()?;
        Some(Self { before: places.clone(), places, ..self })
    }

    /// What was detached is what one of these keys has signed.
    pub(super) fn trusting(self, keys: &[String]) -> Self {
        Self { trusted: keys.to_vec(), ..self }
    }

    /// The next place, and the event that has it.
    pub(super) fn place(&mut self, place: u64, id: AuditEventId, leaf: Digest) {
        if let Some(month) = Month::of(id.0) {
            self.places.entry(month).or_default().push(place, leaf);
        }
    }

    /// The database does not have that event, and nobody has shown it either if it is `unseen`.
    pub(super) fn absent(&mut self, place: u64, id: AuditEventId, unseen: bool) {
        let absent = self.absent.entry(Month::of(id.0)).or_default();
        absent.count += 1;
        absent.unseen += u64::from(unseen);
        absent.last = place;
        if absent.first.len() < MOST {
            absent.first.push((place, id));
        }
    }

    /// The event at this place brings a note that a month was detached. That is so if it is signed, came after the month, and says
    /// what all places were that the month has by then.
    pub(super) fn detached(&mut self, place: u64, id: AuditEventId, note: &str) {
        let Some(Detached { month, places }) = Detached::open(note, &self.trusted) else { return };
        if Month::of(id.0).is_some_and(|now| now > month) && self.places.get(&month) == Some(&places) {
            self.detached.insert(month, place);
        }
    }

    /// The places of each month.
    pub(super) const fn places(&self) -> &BTreeMap<Month, Places> {
        &self.places
    }

    /// What the database does not have was removed, but for months that were detached, with all of their events.
    pub(super) fn end(self) -> Absences {
        let mut all = Absences::default();
        for (month, absent) in self.absent {
            let of = |places: &BTreeMap<Month, Places>| {
                month.and_then(|month| places.get(&month)).map_or(0, |places| places.count)
            };
            let count = of(&self.places) - of(&self.before);
            let said = month.and_then(|month| self.detached.get(&month));
            match (month, said) {
                (Some(month), Some(said)) if absent.count == count && absent.last < *said => {
                    if absent.unseen > 0 {
                        all.unseen.insert(month, absent.unseen);
                    }
                    continue;
                }
                (Some(month), Some(_)) => {
                    all.wrong.push(Wrong::NotAllDetached { month, count, absent: absent.count });
                }
                _ => {}
            }
            all.more += absent.count - absent.first.len() as u64;
            let missing = |(place, id): (u64, AuditEventId)| Wrong::EventMissing(place, id.to_string());
            all.wrong.extend(absent.first.into_iter().map(missing));
        }
        all
    }
}

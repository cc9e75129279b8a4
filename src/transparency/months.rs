//! Which places each month has, which of their events the database does not have, and whether the log itself says that these were
//! detached.

use super::{Detached, Month, Places, tree::Digest, wrong::Wrong};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::AuditEventId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// Times that a month went on which are remembered.
const RUNS: usize = 10_000;

/// Absent events of a month that are told one by one.
const MOST: usize = 1_000;

/// The months of a log that is being looked through.
#[derive(Debug, Default)]
pub(super) struct LogMonths {
    places: BTreeMap<Month, Places>,
    /// Those of them that were looked at before.
    before: BTreeMap<Month, Places>,
    /// What they were before events of other months came in between. As a rule that is at the turn of a month alone.
    runs: BTreeMap<Month, HashSet<Places>>,
    last: Option<Month>,
    absent: BTreeMap<Option<Month>, Absent>,
    /// The last event that says of a month that all of it was detached.
    detached: BTreeMap<Month, Said>,
    /// Whose word counts for that; anybody's, if there are none.
    trusted: Vec<String>,
}

/// How long a month may still be there after it was said to be detached.
const LINGERS: TimeDelta = TimeDelta::hours(1);

/// An event that says that a month was detached.
#[derive(Clone, Copy, Debug)]
struct Said {
    place: u64,
    places: Places,
    month: Month,
    at: Option<DateTime<Utc>>,
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
        let month = Month::of(id.0);
        if let Some(month) = month {
            let places = self.places.entry(month).or_default();
            let runs = self.runs.entry(month).or_default();
            if self.last != Some(month) && runs.len() < RUNS {
                runs.insert(*places);
            }
            places.push(place, leaf);
        }
        self.last = month;
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
    /// what all places were that the month has by then, or had before some came late. Another kind of note takes that back.
    pub(super) fn detached(
        &mut self,
        place: u64,
        (id, at): (AuditEventId, Option<DateTime<Utc>>),
        note: &str,
    ) {
        if let Some(month) = Detached::kept(note, &self.trusted) {
            self.detached.remove(&month);
            return;
        }
        let Some(Detached { month, places }) = Detached::open(note, &self.trusted) else { return };
        if let Some(now) = Month::of(id.0).filter(|now| *now > month)
            && (self.places.get(&month) == Some(&places)
                || self.runs.get(&month).is_some_and(|runs| runs.contains(&places)))
        {
            self.detached.insert(month, Said { place, places, month: now, at });
        }
    }

    /// Months that were said to be detached, the places that they had, and the month in which that was said.
    pub(super) fn detached_by(&self) -> BTreeMap<Month, (Places, Month)> {
        self.detached.iter().map(|(month, said)| (*month, (said.places, said.month))).collect()
    }

    /// The places of each month.
    pub(super) const fn places(&self) -> &BTreeMap<Month, Places> {
        &self.places
    }

    /// What the database does not have was removed, but for months that were detached, with all of their events. `newest` is when
    /// the last event happened.
    pub(super) fn end(self, newest: Option<DateTime<Utc>>) -> Absences {
        let mut all = Absences::default();
        // Whoever takes it away later would do so in the name of whoever has left it.
        for (month, said) in &self.detached {
            let is_old = said.at.zip(newest).is_some_and(|(at, newest)| newest - at > LINGERS);
            if is_old && !self.absent.contains_key(&Some(*month)) && !self.before.contains_key(month) {
                all.wrong.push(Wrong::StillThere(*month));
            }
        }
        for (month, absent) in self.absent {
            let said = month.and_then(|month| Some((month, self.detached.get(&month)?)));
            if let Some((month, said)) = said {
                let before = self.before.get(&month).map_or(0, |places| places.count);
                let count = said.places.count.saturating_sub(before);
                if absent.count == count && absent.last < said.place {
                    if absent.unseen > 0 {
                        all.unseen.insert(month, absent.unseen);
                    }
                    continue;
                }
                all.wrong.push(Wrong::NotAllDetached { month, count, absent: absent.count });
            }
            all.more += absent.count - absent.first.len() as u64;
            let missing = |(place, id): (u64, AuditEventId)| Wrong::EventMissing(place, id.to_string());
            all.wrong.extend(absent.first.into_iter().map(missing));
        }
        all
    }
}

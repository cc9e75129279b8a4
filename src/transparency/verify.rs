//! Whether a log is what was signed, from what is stored of it; and if not, what was done to it and where. It trusts nothing but
//! what was signed.

pub use super::wrong::Wrong;
use super::{
    Body, Detached, Link, Month, Places, Withheld, leaf,
    months::{KnownMonths, LogMonths},
    tree::{Digest, Growing, Place, Tiles, Unproven, WIDTH},
    writers::{Known, Naming, Writers},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{
    audit_event, audit_subject,
    enums::AuditOutcome,
    ids::{AuditEventId, CategoryKey, CustomerId},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::{Discriminant, discriminant},
};

/// A place of the tree, as it is stored.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The event that has it; `None`: nobody knows.
    pub id: Option<AuditEventId>,
    /// The event's exact bytes.
    pub body: Option<Vec<u8>>,
    /// What the body has only the root of, where that is at hand.
    pub withheld: Option<Vec<u8>>,
    /// What is stored beside them; an exported file has none.
    pub columns: Option<Columns>,
    /// The leaf as the tree's tile has it.
    pub hash: Option<Digest>,
    /// Whether the database has no such event, and the body, if there is one, is from a file.
    pub is_exported: bool,
    /// Whether a file has to have it, whatever the database has.
    pub is_to_be_in_a_file: bool,
    /// Whether the database has it, or its event, more than once.
    pub is_doubled: bool,
}

/// What a place shows by itself, whatever the others are.
#[derive(Clone, Debug)]
pub struct Looked {
    /// By what the tree says, where it does, so that what was signed shows whether that is true.
    hash: Digest,
    wrong: Vec<Wrong>,
    /// What the event says of those before it, its id, and when it happened, where it can be read.
    event: Option<(Link, String, Option<DateTime<Utc>>)>,
    /// The event's id, and whether the database does not have it.
    id: Option<AuditEventId>,
    is_absent: bool,
    /// A note of a month that was detached, if it brings one.
    detached: Option<String>,
}

impl Stored {
    /// Looks at it, as the place `at`. A file has no tiles.
    #[must_use]
    pub fn look(&self, at: u64, is_file: bool) -> Looked {
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let mut wrong = Vec::new();
        if self.id.is_none() {
            wrong.push(Wrong::PlaceMissing(at));
        }
        if self.is_doubled {
            wrong.push(Wrong::Doubled(at, id.clone()));
        }
        let computed = self.body.as_deref().map(leaf);
        if self.hash.is_none() && !is_file {
            wrong.push(Wrong::TileChanged(0, at / WIDTH));
        }
        let hash = self.hash.or(computed).unwrap_or_default();
        let is_it = computed == Some(hash);
        if computed.is_some() && !is_it {
            wrong.push(Wrong::BodyChanged(at, id.clone()));
        }
        let mut detached = None;
        let event = match self.body.as_deref().filter(|_| is_it).map(Body::parse) {
            Some(Some(body)) => {
                let differences = differences(at, &id, hash, &body, self);
                if differences.is_empty() {
                    detached = says_detached(&body, self.withheld.as_deref());
                }
                wrong.extend(differences);
                if self.id != Some(body.id) {
                    wrong.push(Wrong::BodyChanged(at, id.clone()));
                }
                let time = DateTime::parse_from_rfc3339(&body.time).ok().map(|time| time.to_utc());
                Some((body.writer, id, time))
            }
            Some(None) => {
                wrong.push(Wrong::ColumnChanged(at, id, "body"));
                None
            }
            None => None,
        };
        if self.is_to_be_in_a_file && self.body.is_none() {
            wrong.push(Wrong::NotInFiles(at, self.id.map(|id| id.to_string()).unwrap_or_default()));
        }
        let is_absent = !self.is_to_be_in_a_file && (self.body.is_none() || self.is_exported);
        Looked { hash, wrong, event, id: self.id, is_absent, detached }
    }
}

/// An event's row, without its body and what is withheld, and the rows of whom it was about.
#[derive(Clone, Debug)]
pub struct Columns {
    pub row: audit_event::Model,
    pub subjects: Vec<audit_subject::Model>,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub size: u64,
    pub root: Digest,
    /// Whether it was kept outside the database: what lies in that may have been put there with all else.
    pub outside: bool,
    /// Where that is from, for people.
    pub whence: String,
}

/// What came of looking.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many events have a place in the tree.
    pub size: u64,
    /// How many have none yet.
    pub unsealed: u64,
    /// How often something that was signed agreed with the log.
    pub agreements: u64,
    /// How many of what was signed and saved are about sizes that nothing was compared at.
    pub not_compared: u64,
    pub wrong: BTreeSet<Wrong>,
    /// How many findings there were beyond those.
    pub more: u64,
    /// Events that say they happened well before others that had their places by then.
    pub late: Option<Late>,
    /// How many events were not looked at, of each month that was detached.
    pub unseen: BTreeMap<Month, u64>,
    /// The places of each month.
    pub months: BTreeMap<Month, Places>,
    /// Months of which the log says that they were detached, with the places that they had, and the month in which it says so.
    pub detached: BTreeMap<Month, (Places, Month)>,
}

/// Events whose place is later than their time: somebody has added them afterwards, or a clock was wrong. That is no tampering, as
/// nothing that was sealed is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    pub count: u64,
    /// The place and the id of the first.
    pub first: (u64, String),
    /// The place of the one that says it happened after it, and that had its place by then.
    pub after: u64,
}

/// How far a log was looked through and found sound, to go on from there another time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub size: u64,
    /// The tiles that are not full: level, index, and hashes in base64.
    edge: Vec<(u8, u64, String)>,
    newest: Option<(DateTime<Utc>, u64)>,
    writers: Known,
    months: KnownMonths,
}

/// Findings of one kind that are told one by one: many of one do not hide another.
const MOST: usize = 1_000;

/// How long after another an event may get its place before it: as long as a transaction lasts.
const OVERTAKEN: TimeDelta = TimeDelta::minutes(1);

/// A log that is being looked through, from its first place.
#[derive(Debug)]
pub struct Check {
    tree: Growing,
    /// The tiles above the leaves, as they should be.
    above: BTreeMap<Place, Vec<u8>>,
    signed: BTreeMap<u64, Vec<Signed>>,
    /// The size up to which something signed agreed, and the one up to which something did that was kept outside.
    agreed: (u64, u64),
    agreements: u64,
    /// Whether something signed has disagreed already: what comes after it does so, too. By where it was kept.
    disagreed: (bool, bool),
    /// How many of what was signed are about what was looked through before.
    not_compared: u64,
    /// Whether there is nothing but events: no tiles, and nobody knows what came after them.
    is_file: bool,
    /// When the event happened that happened last, and its place.
    newest: Option<(DateTime<Utc>, u64)>,
    late: Option<Late>,
    writers: Writers,
    months: LogMonths,
    wrong: BTreeSet<Wrong>,
    kinds: HashMap<Discriminant<Wrong>, usize>,
    more: u64,
}

impl Check {
    /// Against all of what was signed.
    #[must_use]
    pub fn against(signed: Vec<Signed>) -> Self {
        let mut by_size = BTreeMap::<_, Vec<_>>::new();
        for one in signed {
            by_size.entry(one.size).or_default().push(one);
        }
        Self {
            tree: Growing::new(),
            above: BTreeMap::new(),
            signed: by_size,
            agreed: (0, 0),
            agreements: 0,
            disagreed: (false, false),
            not_compared: 0,
            is_file: false,
            newest: None,
            late: None,
            writers: Writers::default(),
            months: LogMonths::default(),
            wrong: BTreeSet::new(),
            kinds: HashMap::new(),
            more: 0,
        }
    }

    /// The same for a file with nothing but events.
    #[must_use]
    pub fn of_file() -> Self {
        Self { is_file: true, ..Self::against(Vec::new()) }
    }

    /// What was detached is what one of these keys has signed.
    #[must_use]
    pub fn trusting(self, keys: &[String]) -> Self {
        Self { months: self.months.trusting(keys), ..self }
    }

    /// Goes on where somebody has stopped; `None` when that is damaged.
    #[must_use]
    pub fn after(self, state: &State) -> Option<Self> {
        let mut edge = Tiles::default();
        for (level, index, hashes) in &state.edge {
            let hashes = STANDARD.decode(hashes).ok()?;
            edge.put(Place { level: *level, index: *index }, hashes).then_some(())?;
        }
        let tree = Growing::from(state.size, edge)?;
        let mut signed = self.signed;
        let later = signed.split_off(&state.size);
        let not_compared = signed.into_values().map(|some| some.len() as u64).sum();
        let (writers, months) = (state.writers.writers()?, self.months.after(&state.months)?);
        let newest = state.newest;
        let mut check = Self { tree, signed: later, not_compared, newest, writers, months, ..self };
        check.compare().ok()?;
        Some(check)
    }

    /// How far it was looked through, if all was sound.
    pub fn state(&mut self) -> Option<State> {
        self.note_tiles();
        let edge = Growing::edge(self.size())
            .into_iter()
            .map(|place| Some((place.level, place.index, STANDARD.encode(self.tree.tile(place)?))));
        let edge = edge.collect::<Option<_>>()?;
        let (months, writers) = (KnownMonths::from(&self.months), Known::from(&self.writers));
        let newest = self.newest;
        self.wrong.is_empty().then(|| State { size: self.size(), edge, newest, writers, months })
    }

    /// How many places were looked at.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Expects what was signed when the log has that size, and compares it if it has that now.
    ///
    /// # Errors
    /// Never: the tree's edge is there.
    pub fn expect(&mut self, signed: Signed) -> Result<(), Unproven> {
        if signed.size < self.size() {
            self.not_compared += 1;
            return Ok(());
        }
        let now = signed.size == self.size();
        self.signed.entry(signed.size).or_default().push(signed);
        if now { self.compare() } else { Ok(()) }
    }

    /// The size up to which something that was signed has agreed.
    #[must_use]
    pub const fn agreed(&self) -> u64 {
        self.agreed.0
    }

    /// Notes what somebody else has found.
    pub fn found(&mut self, wrong: Wrong) {
        let of_kind = self.kinds.entry(discriminant(&wrong)).or_default();
        if *of_kind < MOST {
            *of_kind += usize::from(self.wrong.insert(wrong));
        } else {
            self.more += 1;
        }
    }

    /// The next place.
    ///
    /// # Errors
    /// Never: the tree's edge is there.
    pub fn place(&mut self, looked: Looked) -> Result<(), Unproven> {
        let place = self.tree.size();
        self.tree.push(looked.hash);
        for wrong in looked.wrong {
            self.found(wrong);
        }
        if let Some(id) = looked.id {
            if let Some(note) = &looked.detached {
                let at = looked.event.as_ref().and_then(|(_, _, at)| *at);
                self.months.detached(place, (id, at), note);
            }
            self.months.place(place, id, looked.hash);
            if looked.is_absent {
                self.months.absent(place, id, looked.event.is_none());
            }
        }
        match looked.event {
            Some((link, id, at)) => {
                self.time(place, &id, at);
                let writer = link.id;
                self.writers.leaf(looked.hash);
                self.writers.link(&link, &Naming { place, id, writer, at });
            }
            None => self.writers.unseen(looked.hash, looked.id.map(|id| id.0)),
        }
        if self.tree.size().is_multiple_of(WIDTH) {
            self.note_tiles();
        }
        self.compare()
    }

    fn time(&mut self, place: u64, id: &str, at: Option<DateTime<Utc>>) {
        let Some(at) = at else { return };
        let before = self.newest.filter(|(newest, _)| newest.signed_duration_since(at) > OVERTAKEN);
        if let Some((_, after)) = before {
            let first = (place, id.to_owned());
            self.late.get_or_insert(Late { count: 0, first, after }).count += 1;
        }
        self.newest = self.newest.max(Some((at, place)));
    }

    fn note_tiles(&mut self) {
        let changed = self.tree.take_changed().into_iter();
        self.above.extend(changed.filter(|(place, _)| place.level > 0));
    }

    /// What was signed when the log had as many places as were looked at.
    fn compare(&mut self) -> Result<(), Unproven> {
        let size = self.tree.size();
        let Some(signed) = self.signed.remove(&size) else { return Ok(()) };
        let root = self.tree.root()?;
        for Signed { root: said, outside, whence, .. } in signed {
            if said != root {
                let from = if outside { self.agreed.1 } else { self.agreed.0 };
                let before = if outside { &mut self.disagreed.1 } else { &mut self.disagreed.0 };
                if !std::mem::replace(before, true) {
                    self.found(Wrong::NotWhatWasSigned { size, from, whence });
                }
                continue;
            }
            self.agreements += 1;
            self.agreed = (size, if outside { size } else { self.agreed.1 });
        }
        Ok(())
    }

    /// Whether events say that there are others which were not among those that were looked at.
    #[must_use]
    pub fn misses_some(&self) -> bool {
        self.writers.naming_what_is_missing().next().is_some() || self.writers.short().next().is_some()
    }

    /// The body of an event that has no place among those that were looked at.
    pub fn beyond(&mut self, body: &[u8]) {
        if let Some(parsed) = Body::parse(body) {
            self.writers.beyond(&parsed.writer, leaf(body));
        }
    }

    /// The tiles above the leaves that there should be, once all places were looked at.
    pub fn tiles(&mut self) -> &BTreeMap<Place, Vec<u8>> {
        self.note_tiles();
        &self.above
    }

    /// What came of it. So many events have no place yet.
    #[must_use]
    pub fn end(mut self, unsealed: u64) -> Report {
        let left = self.tree.size();
        for Signed { size, whence, .. } in std::mem::take(&mut self.signed).into_values().flatten() {
            self.found(Wrong::CutOff { size, left, whence });
        }
        // What a file ends with may name what came after.
        let newest = self.newest.map(|(newest, _)| newest);
        let since = newest.filter(|_| self.is_file).and_then(|newest| newest.checked_sub_signed(OVERTAKEN));
        let naming = self.writers.naming_what_is_missing();
        let naming = naming.filter(|by| since.is_none_or(|since| by.at.is_none_or(|at| at < since)));
        let removed = naming.map(|by| Wrong::RemovedBefore(by.place, by.id.clone())).collect::<Vec<_>>();
        // What was removed after it was sealed is told by its place.
        let short = self.writers.short().filter(|_| !self.is_file);
        let short = short.map(|(writer, said, seen)| Wrong::FewerThanWritten { writer, said, seen });
        let short = short.collect::<Vec<_>>();
        for wrong in removed.into_iter().chain(short) {
            self.found(wrong);
        }
        let (months, detached) = (self.months.places().clone(), self.months.detached_by());
        let absences = std::mem::take(&mut self.months).end(newest);
        self.more += absences.more;
        for wrong in absences.wrong {
            self.found(wrong);
        }
        let Self { agreements, not_compared, wrong, more, late, .. } = self;
        Report {
            size: left,
            unsealed,
            agreements,
            not_compared,
            wrong,
            more,
            late,
            unseen: absences.unseen,
            months,
            detached,
        }
    }
}

/// The note that an event brings which says that a month was detached.
fn says_detached(body: &Body, withheld: Option<&[u8]>) -> Option<String> {
    let says = body.operation == Detached::OPERATION && body.outcome == AuditOutcome::Allowed;
    withheld.filter(|_| says).and_then(Withheld::parse)?.target
}

/// What of what is stored beside an event's body is not what that says.
fn differences(at: u64, id: &str, hash: Digest, body: &Body, stored: &Stored) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    // In the one way in which it is written.
    let is_it = |withheld: &Withheld| {
        withheld.bytes().ok() == stored.withheld
            && withheld.commitment().is_ok_and(|root| root == body.withheld)
    };
    let withheld = match stored.withheld.as_deref().map(Withheld::parse) {
        Some(Some(withheld)) if body.withheld.is_some() && is_it(&withheld) => Some(withheld),
        // An exported file need not have it.
        None if body.withheld.is_none() || stored.columns.is_none() => None,
        _ => {
            wrong.push(Wrong::WithheldChanged(at, id.to_owned()));
            None
        }
    };
    let Some(Columns { row, subjects }) = &stored.columns else { return wrong };
    let same = [
        ("event_id", row.event_id == body.id),
        ("occurred_at", row.occurred_at.to_rfc3339_opts(SecondsFormat::Micros, true) == body.time),
        ("actor", row.actor == body.actor.id),
        ("actor_kind", row.actor_kind == body.actor.kind),
        ("operation", row.operation == body.operation),
        ("kind", row.kind == body.kind),
        ("outcome", row.outcome == body.outcome),
        ("error_code", row.error_code == body.code),
        ("purpose", row.purpose == body.purpose),
        ("request_id", row.request_id == body.request),
        ("leaf", row.leaf == hash),
    ];
    let changed = same.into_iter().filter(|(_, same)| !same);
    wrong.extend(changed.map(|(column, _)| Wrong::ColumnChanged(at, id.to_owned(), column)));
    let written = |categories: &[CategoryKey]| serde_json::to_string(categories).unwrap_or_default();
    let said = withheld.unwrap_or_default().subjects.into_iter();
    let said = said.map(|one| (one.customer, written(&one.categories)));
    let said = said.collect::<BTreeMap<CustomerId, String>>();
    if said != subjects.iter().map(|row| (row.customer_id, row.categories.clone())).collect() {
        wrong.push(Wrong::SubjectsChanged(at, id.to_owned()));
    }
    wrong
}

//! The rule itself, for one customer: from their lines and what was found, what is as it should be and what is not. Pure.

use chrono::{DateTime, Utc};
use entity::{
    data_location,
    enums::{DataLocationState, SubjectKeyKind},
    ids::{CategoryKey, DataLocationId, ReconciliationId},
    reconciliation_found,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// As much as can be told of what is left: see `connector::sql::Left`.
const CERTAINLY: i32 = 2;

/// What a customer is known by, but for references of their lines.
pub(super) type Keys = BTreeMap<SubjectKeyKind, BTreeSet<String>>;

/// What tables that hold each category know people by.
pub(super) type Mapped = BTreeMap<CategoryKey, BTreeSet<SubjectKeyKind>>;

/// What all are judged by.
pub(super) struct Rules<'a> {
    pub run: ReconciliationId,
    pub started_at: DateTime<Utc>,
    pub mapped: &'a Mapped,
    /// Lines whose disposal is being carried out at this moment.
    pub busy: &'a HashSet<DataLocationId>,
}

/// One customer, as the map and the system have them.
pub(super) struct Theirs<'a> {
    pub lines: &'a [&'a data_location::Model],
    /// Whether they were erased or anonymized: then no reference of theirs is told.
    pub is_gone: bool,
    pub keys: &'a Keys,
    /// Whether that is all that the system may know them by.
    pub all_known: bool,
    /// What was found under one of their keys, or a reference of their lines.
    pub found: &'a [&'a reconciliation_found::Model],
}

/// What follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Lines that were found.
    pub matched: Vec<DataLocationId>,
    /// Those of them that had been lost.
    pub again: Vec<DataLocationId>,
    /// Lines that were not found.
    pub missing: Vec<DataLocationId>,
    /// Those of them that are lost from now on.
    pub lost: Vec<DataLocationId>,
    /// What was disposed of, and is there.
    pub came_back: BTreeSet<CategoryKey>,
    /// What is on no map, and the system's reference of it.
    pub unmapped: BTreeSet<(CategoryKey, Option<String>)>,
}

pub(super) fn compare(rules: &Rules<'_>, theirs: &Theirs<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let live = || theirs.lines.iter().filter(|line| line.held_to.is_none());
    for line in live() {
        if theirs.found.iter().any(|found| is_of(found, line)) {
            outcome.matched.push(line.id);
            if line.state == DataLocationState::LostTrack {
                outcome.again.push(line.id);
            }
        } else if line.id.0 < rules.run.0 && could_be_found(rules, theirs, line) {
            missing(rules, line, &mut outcome);
        }
    }
    for found in theirs.found {
        if !live().any(|line| covers(found, line)) {
            not_on_map(rules, theirs, found, &mut outcome);
        }
    }
    outcome
}

fn missing(rules: &Rules<'_>, line: &data_location::Model, outcome: &mut Outcome) {
    match line.state {
        DataLocationState::Held | DataLocationState::Restricted => outcome.lost.push(line.id),
        DataLocationState::DisposalPending if rules.busy.contains(&line.id) => return,
        _ => {}
    }
    outcome.missing.push(line.id);
}

/// Whether what was found is this line's.
fn is_of(found: &reconciliation_found::Model, line: &data_location::Model) -> bool {
    found.category == line.category
        && (found.known_by != SubjectKeyKind::ExternalReference
            || line.external_reference.as_deref() == Some(found.key.as_str()))
}

/// Whether a line says that what was found is there. One without a reference says so of any record.
fn covers(found: &reconciliation_found::Model, line: &data_location::Model) -> bool {
    is_of(found, line) || (found.category == line.category && line.external_reference.is_none())
}

/// Whether the line would have been found, were it there: each table that holds the category knows the person by something
/// that is known here.
fn could_be_found(rules: &Rules<'_>, theirs: &Theirs<'_>, line: &data_location::Model) -> bool {
    let Some(kinds) = rules.mapped.get(&line.category) else { return false };
    let known = |kind| theirs.keys.get(kind).is_some_and(|keys| !keys.is_empty());
    kinds.iter().all(|kind| match kind {
        SubjectKeyKind::ExternalReference => line.external_reference.is_some(),
        // One number is all that there ever is.
        SubjectKeyKind::Reference => known(kind),
        kind => theirs.all_known && known(kind),
    })
}

fn not_on_map(
    rules: &Rules<'_>,
    theirs: &Theirs<'_>,
    found: &reconciliation_found::Model,
    outcome: &mut Outcome,
) {
    let gone = theirs.lines.iter().filter(|line| line.category == found.category);
    let gone = gone.filter_map(|line| Some((line.held_to?, line.state))).collect::<Vec<_>>();
    if gone.iter().any(|(at, _)| *at >= rules.started_at) {
        // It went while the system was read.
        return;
    }
    let by_reference = found.known_by == SubjectKeyKind::ExternalReference;
    if by_reference || gone.is_empty() {
        if found.unmasked > 0 {
            let hashed = !by_reference && found.known_by != SubjectKeyKind::Reference;
            let told = (!hashed && !theirs.is_gone).then(|| found.key.clone());
            outcome.unmapped.insert((found.category.clone(), told));
        }
        return;
    }
    // What a mask left is no more than what it should be.
    let anonymized = gone.iter().any(|(_, state)| *state == DataLocationState::Anonymized);
    let left = if anonymized { found.unmasked } else { found.unerased };
    if left == CERTAINLY {
        outcome.came_back.insert(found.category.clone());
    }
}

//! The rule itself, for one line of the map. Pure: from the facts, what becomes of it.

use crate::domain::{catalog::Catalog, justification::Justification, period::Period};
use chrono::{DateTime, Utc};
use entity::enums::{DataLocationState, DisposalDecision, DisposalMethod, JustificationKind, TaskAction};

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A live service needs it, or steps before a contract do: it is used as it was.
    Keep,
    /// Only the law or a hold keeps it, and it is used for nothing else.
    Restrict,
    /// Nothing needs it any more: it goes, and not before the grace is over. `None`: at once.
    Dispose { method: DisposalMethod, not_before: Option<DateTime<Utc>> },
    /// Nothing ever justified it. That is for a person to look at.
    Unexplained,
}

impl Verdict {
    /// The state that a line is in then; `None`: whatever it is in.
    #[must_use]
    pub fn state(self) -> Option<DataLocationState> {
        match self {
            Self::Keep => Some(DataLocationState::Held),
            Self::Restrict => Some(DataLocationState::Restricted),
            Self::Dispose { .. } => Some(DataLocationState::DisposalPending),
            Self::Unexplained => None,
        }
    }

    /// What a plan says of it.
    #[must_use]
    pub fn decision(self) -> Option<DisposalDecision> {
        match self {
            Self::Keep => Some(DisposalDecision::Keep),
            Self::Restrict => Some(DisposalDecision::Restrict),
            Self::Dispose { method: DisposalMethod::Erase, .. } => Some(DisposalDecision::Erase),
            Self::Dispose { method: DisposalMethod::Anonymize, .. } => Some(DisposalDecision::Anonymize),
            Self::Unexplained => None,
        }
    }

    /// What is to be done at the system, and not before when.
    #[must_use]
    pub fn task(self) -> Option<(TaskAction, Option<DateTime<Utc>>)> {
        match self {
            Self::Dispose { method: DisposalMethod::Erase, not_before } => {
                Some((TaskAction::Erase, not_before))
            }
            Self::Dispose { method: DisposalMethod::Anonymize, not_before } => {
                Some((TaskAction::Anonymize, not_before))
            }
            _ => None,
        }
    }
}

/// What becomes of a line that these facts justify. What they asked to see goes as well; its task waits until it was gathered.
///
/// `on_end` says how it goes, where something ever justified it.
/// While the customer wants their data kept and not used (Art. 18), nothing goes, and nothing is used.
#[must_use]
pub fn judge(
    facts: &[Justification],
    on_end: Option<DisposalMethod>,
    restricted: bool,
    catalog: &Catalog,
) -> Verdict {
    let needs = |fact: &Justification| match fact.kind {
        JustificationKind::Subscription => fact.ended_at.is_none(),
        JustificationKind::Prospect => true,
        JustificationKind::RetentionRule | JustificationKind::LegalHold | JustificationKind::DataRequest => {
            false
        }
    };
    let is = |kind| facts.iter().any(|fact| fact.kind == kind);
    if facts.iter().any(needs) {
        return if restricted { Verdict::Restrict } else { Verdict::Keep };
    }
    if is(JustificationKind::RetentionRule) {
        return Verdict::Restrict;
    }
    match on_end {
        // What nothing ever justified is no less for a person to look at because a claim goes on.
        Some(_) if is(JustificationKind::LegalHold) => Verdict::Restrict,
        Some(_) if restricted => Verdict::Restrict,
        Some(method) => {
            let ends = facts.iter().filter_map(|fact| grace_end(fact, catalog));
            Verdict::Dispose { method, not_before: ends.max() }
        }
        None => Verdict::Unexplained,
    }
}

/// The end of the grace after the subscription behind a fact.
fn grace_end(fact: &Justification, catalog: &Catalog) -> Option<DateTime<Utc>> {
    let need = catalog.requirements.get(&fact.requirement_id?)?;
    Period::parse(&need.grace).ok()?.after(fact.ended_at?, &catalog.zone())
}

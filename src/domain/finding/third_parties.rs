//! Third parties that hold data and may not, by the same rules as the gate's; and those whom the company can still
//! object to.

use super::{
    branch::{Asked, made},
    kind::FindingKind,
    known::Known,
};
use crate::domain::{
    period::start_of,
    third_party::{BlockerCode, blockers},
};
use chrono::{DateTime, Days, Utc};
use entity::{enums::TrustStatus, third_party::Model};

/// So many days before the last one to object, it is time to decide.
pub(super) const NOTICE: u64 = 14;

/// What is wrong with each of them, whether or not data lies there.
pub(super) fn known(asked: &Asked<'_>) -> Vec<Known> {
    asked.catalog.third_parties.values().flat_map(|party| of(asked, party)).collect()
}

fn of(asked: &Asked<'_>, party: &Model) -> Vec<Known> {
    let known = |kind, since, while_held| Known {
        kind,
        since,
        subject: party.id.0,
        system: None,
        third_party: Some(party.id),
        while_held,
    };
    let blocked = blockers(party, asked.today).into_iter().map(|blocker| {
        let (kind, since) = blocked(asked, party, blocker.code);
        known(kind, since, true)
    });
    let ending =
        objection(asked, party).map(|since| known(FindingKind::SubProcessorObjectionEnding, since, false));
    blocked.chain(ending).collect()
}

/// What stands in the way of it, and since when as far as that is on record.
fn blocked(asked: &Asked<'_>, party: &Model, code: BlockerCode) -> (FindingKind, DateTime<Utc>) {
    let vetted = vetted(asked, party);
    match code {
        BlockerCode::ThirdPartyNotApproved => (FindingKind::ThirdPartyNotApproved, vetted),
        BlockerCode::ReviewOverdue => {
            let since = party.review_due.map_or(vetted, |last| asked.after(last));
            (FindingKind::ThirdPartyReviewOverdue, since)
        }
        BlockerCode::NoAgreement => {
            let expired = party.agreement_expires_on.filter(|last| *last < asked.today);
            (FindingKind::NoAgreement, expired.map_or(vetted, |last| asked.after(last)))
        }
        // When it moved is not on record: not before it was last vetted.
        BlockerCode::NoTransferSafeguard => (FindingKind::NoTransferSafeguard, vetted),
    }
}

/// When it was last vetted, or put on record.
fn vetted(asked: &Asked<'_>, party: &Model) -> DateTime<Utc> {
    let last = asked.catalog.assessments.iter().find(|row| row.third_party_id == party.id);
    last.map_or_else(|| made(party.id.0), |row| row.assessed_at)
}

/// When it became time to decide whether to object, if it is now. The last day counts.
fn objection(asked: &Asked<'_>, party: &Model) -> Option<DateTime<Utc>> {
    let last = party.objection_until.filter(|last| *last >= asked.today)?;
    let first = last.checked_sub_days(Days::new(NOTICE))?;
    let is_soon = first <= asked.today && party.status != TrustStatus::Retired;
    let first = party.announced_on.filter(|day| *day <= asked.today).map_or(first, |day| day.max(first));
    is_soon.then(|| start_of(first, &asked.zone)).flatten()
}

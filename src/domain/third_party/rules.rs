//! How far a third party is trusted, and what stands in the way. Pure.

use crate::access::Code;
use chrono::NaiveDate;
use entity::{
    enums::{ThirdPartyRole, TransferSafeguard, TrustStatus},
    third_party::Model,
};

/// The European Economic Area, ISO 3166-1 alpha-2: the European Union, Iceland, Liechtenstein and Norway.
pub const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a country is in the European Economic Area: no transfer (Art. 44) goes there.
#[must_use]
pub fn is_in_eea(country: &str) -> bool {
    EEA.contains(&country)
}

/// Whether an assessment can turn one status into the other. `RETIRED` is not for an assessment to decide.
#[must_use]
pub const fn may_become(now: TrustStatus, next: TrustStatus) -> bool {
    use TrustStatus::{Approved, Proposed, Suspended};
    matches!((now, next), (Proposed | Approved | Suspended, Approved) | (Approved, Suspended))
}

/// Whether nothing may go there without an agreement. Art. 28(3) binds processors, and Art. 26 asks joint
/// controllers for an arrangement. Who decides by themselves what they do with data, such as a domain registry
/// or a bank, acts on no instruction and answers for it alone: there is nothing to agree on.
#[must_use]
pub const fn needs_agreement(role: ThirdPartyRole) -> bool {
    match role {
        ThirdPartyRole::Processor | ThirdPartyRole::JointController => true,
        ThirdPartyRole::Controller => false,
    }
}

/// Something that an approval lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which field of the assessment would fill it, in the client's words.
    pub field: &'static str,
    /// What to do about it.
    pub message: &'static str,
}

/// All that an approval lacks, if `party` is what it would rest on.
#[must_use]
pub fn gaps(party: &Model, today: NaiveDate) -> Vec<Gap> {
    let needed = needs_agreement(party.role);
    let outside = !is_in_eea(&party.country);
    let expired = party.agreement_expires_on.is_some_and(|last| last < today);
    let unsafe_transfer = outside && !covers_transfer(party);
    let undocumented =
        party.safeguard == Some(TransferSafeguard::Derogation) && party.safeguard_reference.is_none();
    let gap = |missing: bool, field, message| missing.then_some(Gap { field, message });
    [
        gap(
            needed && party.agreement_reference.is_none(),
            "agreementReference",
            "Name the agreement (Art. 28(3), or Art. 26 between joint controllers).",
        ),
        gap(
            needed && party.agreement_signed_on.is_none(),
            "agreementSignedOn",
            "Say when the agreement was signed.",
        ),
        gap(
            needed && expired,
            "agreementExpiresOn",
            "The agreement has expired: sign a new one, and say until when it is in force.",
        ),
        gap(
            party.review_due.is_none_or(|due| due <= today),
            "reviewDue",
            "Say by which day, later than today, it is assessed anew.",
        ),
        gap(party.measures.0.is_empty(), "measures", "Say how it protects data (Art. 32)."),
        gap(
            unsafe_transfer,
            "safeguard",
            "It is outside the EEA: say what makes the transfer lawful (Art. 44-49), other than EEA.",
        ),
        gap(
            undocumented,
            "safeguardReference",
            "Say where the reasons for the exception are documented (Art. 30(1)(e)).",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What can stand in the way of giving a third party anything, whoever the customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockerCode {
    ThirdPartyNotApproved,
    ReviewOverdue,
    NoAgreement,
    NoTransferSafeguard,
}

impl From<BlockerCode> for Code {
    fn from(code: BlockerCode) -> Self {
        match code {
            BlockerCode::ThirdPartyNotApproved => Self::ThirdPartyNotApproved,
            BlockerCode::ReviewOverdue => Self::ReviewOverdue,
            BlockerCode::NoAgreement => Self::NoAgreement,
            BlockerCode::NoTransferSafeguard => Self::NoTransferSafeguard,
        }
    }
}

/// Something that stands in the way of giving a third party anything, whoever the customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocker {
    pub code: BlockerCode,
    /// What to do about it.
    pub message: &'static str,
}

/// All that stands in the way. Empty: nothing does.
#[must_use]
pub fn blockers(party: &Model, today: NaiveDate) -> Vec<Blocker> {
    let blocker = |there: bool, code, message| there.then_some(Blocker { code, message });
    let standing = blocker(
        party.status != TrustStatus::Approved,
        BlockerCode::ThirdPartyNotApproved,
        match party.status {
            TrustStatus::Suspended => "It is suspended: approve it again once the reason for that is gone.",
            TrustStatus::Retired => "The relationship with it has ended: use another third party.",
            TrustStatus::Proposed | TrustStatus::Approved => "It is not vetted yet: assess it first.",
        },
    );
    if party.status == TrustStatus::Retired {
        return standing.into_iter().collect();
    }
    let lapsed = party.status == TrustStatus::Approved && party.review_due.is_none_or(|due| due < today);
    [
        standing,
        blocker(
            lapsed,
            BlockerCode::ReviewOverdue,
            "Its approval has lapsed: assess it anew, with a later review date.",
        ),
        blocker(
            needs_agreement(party.role) && !is_agreed(party, today),
            BlockerCode::NoAgreement,
            "There is no agreement in force with it: sign one, then assess it with its reference and date.",
        ),
        blocker(
            !is_in_eea(&party.country) && !covers_transfer(party),
            BlockerCode::NoTransferSafeguard,
            "It is outside the EEA, and nothing makes the transfer lawful: assess it with a safeguard.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether an agreement is in force; its last day counts.
fn is_agreed(party: &Model, today: NaiveDate) -> bool {
    party.agreement_reference.is_some()
        && party.agreement_signed_on.is_some_and(|signed| signed <= today)
        && party.agreement_expires_on.is_none_or(|last| last >= today)
}

/// Whether what is on record makes a transfer out of the EEA lawful.
fn covers_transfer(party: &Model) -> bool {
    party.safeguard.is_some_and(|safeguard| safeguard != TransferSafeguard::Eea)
}

#[cfg(test)]
mod tests;

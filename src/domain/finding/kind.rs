//! What can be wrong, and how soon to act on it.

use serde::{Deserialize, Serialize};

/// How soon to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// Its name outside.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// Its number in the database, where the most urgent comes first.
    pub(super) const fn urgency(self) -> i32 {
        match self {
            Self::Critical => 1,
            Self::High => 2,
            Self::Medium => 3,
            Self::Low => 4,
        }
    }

    pub(super) fn of_urgency(urgency: i32) -> Option<Self> {
        [Self::Critical, Self::High, Self::Medium, Self::Low].into_iter().find(|one| one.urgency() == urgency)
    }
}

macro_rules! kinds {
    ($($kind:ident $word:literal $($severity:ident)+;)*) => {
        /// What can be wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum FindingKind { $($kind),* }

        impl FindingKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// Its name outside.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }

            /// How soon to act on one of this kind, at the least and at the most.
            pub(super) const fn severities(self) -> &'static [Severity] {
                match self { $(Self::$kind => &[$(Severity::$severity),+]),* }
            }
        }
    };
}

kinds! {
    UnjustifiedData "UNJUSTIFIED_DATA" High;
    LostTrack "LOST_TRACK" High;
    UnmappedRecord "UNMAPPED_RECORD" High;
    DataCameBack "DATA_CAME_BACK" Critical;
    NothingFound "NOTHING_FOUND" Medium;
    ReconciliationOverdue "RECONCILIATION_OVERDUE" Medium;
    TaskNeedsHuman "TASK_NEEDS_HUMAN" Medium;
    TaskOverdue "TASK_OVERDUE" High Critical;
    RequestDueSoon "REQUEST_DUE_SOON" Medium;
    RequestOverdue "REQUEST_OVERDUE" Critical;
    SystemReviewOverdue "SYSTEM_REVIEW_OVERDUE" Medium;
    HoldReviewOverdue "HOLD_REVIEW_OVERDUE" Medium;
    RetentionWithoutEnd "RETENTION_WITHOUT_END" Low;
    ThirdPartyReviewOverdue "THIRD_PARTY_REVIEW_OVERDUE" High;
    ThirdPartyNotApproved "THIRD_PARTY_NOT_APPROVED" Critical;
    NoAgreement "NO_AGREEMENT" High;
    NoTransferSafeguard "NO_TRANSFER_SAFEGUARD" High;
    SubProcessorObjectionEnding "SUB_PROCESSOR_OBJECTION_ENDING" Medium;
    NoticeNotDelivered "NOTICE_NOT_DELIVERED" High;
    ConsentMissing "CONSENT_MISSING" High;
    SpecialCategoryConditionMissing "SPECIAL_CATEGORY_CONDITION_MISSING" High;
    ConnectorFailing "CONNECTOR_FAILING" Medium High;
    IncidentNotificationDue "INCIDENT_NOTIFICATION_DUE" High Critical;
    CustomersNotToldOfIncident "CUSTOMERS_NOT_TOLD_OF_INCIDENT" High;
    RecordIncomplete "RECORD_INCOMPLETE" Medium;
    AuditLogNotSealed "AUDIT_LOG_NOT_SEALED" High;
    AuditLogUnprotected "AUDIT_LOG_UNPROTECTED" Critical;
    AuditLogTampered "AUDIT_LOG_TAMPERED" Critical;
}

impl FindingKind {
    /// Its number in a statement.
    pub(super) const fn number(self) -> i32 {
        self as i32
    }

    /// The one of this name.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    pub(super) fn of_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }

    /// How soon to act on one of this kind, unless something makes it worse.
    pub(super) const fn severity(self) -> Severity {
        match self.severities() {
            [first, ..] => *first,
            [] => Severity::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_what_they_stand_for() {
        for kind in FindingKind::ALL {
            assert_eq!(FindingKind::of_number(kind.number()), Some(*kind));
            for severity in kind.severities() {
                assert_eq!(Severity::of_urgency(severity.urgency()), Some(*severity));
            }
        }
    }
}

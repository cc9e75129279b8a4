//! What can be wrong, and how soon to act.

use async_graphql::Enum;

/// How soon to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::finding::Severity")]
pub enum Severity {
    Low,
    Medium,
    High,
    /// A deadline of the law has passed, or data is where it must not be.
    Critical,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::finding::FindingKind")]
pub enum FindingKind {
    /// Data that nothing justifies, and no disposal under way.
    UnjustifiedData,
    /// Data was not found where it should be.
    LostTrack,
    /// A system holds a record that is on no map.
    UnmappedRecord,
    /// Data that was disposed of is there again.
    DataCameBack,
    /// A disposal touched nothing, and nobody has explained it.
    NothingFound,
    /// A system's map was not checked for three months, though the program can.
    ReconciliationOverdue,
    /// A task is up to a person now.
    TaskNeedsHuman,
    /// A task is past its date.
    TaskOverdue,
    /// A customer must have an answer to their request within a week.
    RequestDueSoon,
    /// A customer still waits for an answer to their request, and its time is over.
    RequestOverdue,
    SystemReviewOverdue,
    /// A hold's review date has passed.
    HoldReviewOverdue,
    /// A hold is in force without a day on which somebody looks at it again: what it keeps has no end.
    RetentionWithoutEnd,
    /// Data is held by a third party whose approval has lapsed.
    ThirdPartyReviewOverdue,
    /// Data is held by a third party that is not approved.
    ThirdPartyNotApproved,
    /// Data is held by a third party with which no agreement is in force.
    NoAgreement,
    /// Data is held by a third party outside the EEA, and nothing makes the transfer lawful.
    NoTransferSafeguard,
    /// The time to object to a new sub-processor is running out: two weeks are left, or less.
    SubProcessorObjectionEnding,
    /// Data is at a third party without the notice that should have come first.
    NoticeNotDelivered,
    /// Data is at a third party without consent, or against its withdrawal.
    ConsentMissing,
    /// A special category is used without a condition of Art. 9(2).
    SpecialCategoryConditionMissing,
    /// A system's connector fails.
    ConnectorFailing,
    /// The authority has not been told of an incident, and its 72 hours run or have run out.
    IncidentNotificationDue,
    /// An incident is of high risk, and the customers concerned have not been told.
    CustomersNotToldOfIncident,
    /// A column of the Art. 30 record that the law requires is empty. What is missing of the company itself is about the system that is
    /// Kartotek.
    RecordIncomplete,
    /// Events wait for their places in what is signed for longer than a minute.
    AuditLogNotSealed,
    /// Triggers or privileges that keep the audit log as it is are missing, or nothing is signed.
    AuditLogUnprotected,
    /// The audit log is not what was signed.
    AuditLogTampered,
}

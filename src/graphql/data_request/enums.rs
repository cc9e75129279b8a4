//! The words of requests.

use async_graphql::Enum;

/// The right that a customer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DataRequestType")]
pub enum DataRequestType {
    /// Art. 15
    Access,
    /// Art. 20
    Portability,
    /// Art. 16
    Rectification,
    /// Art. 17
    Erasure,
    /// Art. 18
    Restriction,
    /// Art. 21
    Objection,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::DataRequestStatus")]
pub enum DataRequestStatus {
    /// It is not certain yet who is asking.
    Received,
    Verified,
    InProgress,
    /// Everything is done, or lawfully withheld.
    Completed,
    /// All that can be is done; some holder keeps something, or cannot let it go.
    PartiallyCompleted,
    Rejected,
    Withdrawn,
}

/// Art. 12(3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::ExtensionReason")]
pub enum ExtensionReason {
    Complexity,
    NumberOfRequests,
}

/// What lets the clock stand still. Nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::PauseReason")]
pub enum PauseReason {
    /// Awaiting proof of who is asking (Art. 12(6)).
    Identity,
    /// Awaiting word of what is meant.
    Clarification,
}

/// What lets a request be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::RejectionGround")]
pub enum RejectionGround {
    /// Art. 12(2), 12(6)
    IdentityNotProven,
    /// Art. 12(5)
    ManifestlyUnfounded,
    /// Art. 12(5)
    Excessive,
    /// Art. 15(4), 20(4)
    RightsOfOthers,
    /// Art. 17(3)(a)
    FreedomOfExpression,
    /// Art. 17(3)(b)
    LegalObligation,
    /// Art. 17(3)(c)
    PublicHealth,
    /// Art. 17(3)(d)
    ArchivingAndResearch,
    /// Art. 17(3)(e)
    LegalClaims,
    /// Art. 21(1)
    CompellingGrounds,
    /// The right does not reach this data: there is no ground of Art. 17(1).
    RightDoesNotApply,
}

/// Art. 18(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::RestrictionGround")]
pub enum RestrictionGround {
    /// (a) while it is being checked
    AccuracyContested,
    /// (b) and the customer wants restriction, not erasure
    UnlawfulProcessing,
    /// (c) the customer needs the data for a claim
    LegalClaims,
    /// (d) while it is being checked
    ObjectionPending,
}

//! What happened, how bad it is, and who was told.

use async_graphql::Enum;

/// What happened to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::incident::IncidentKind")]
pub enum IncidentKind {
    /// Somebody saw what they should not have.
    Confidentiality,
    /// Data was changed.
    Integrity,
    /// Data was lost or could not be reached.
    Availability,
}

/// The risk to people, which decides who must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::IncidentRisk")]
pub enum IncidentRisk {
    /// No one need be told; the register says why (Art. 33(1)).
    Unlikely,
    /// The authority must be told.
    Likely,
    /// The customers must be told, too (Art. 34).
    High,
}

/// Who was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::enums::IncidentRecipient")]
pub enum IncidentRecipient {
    SupervisoryAuthority,
    Customers,
}

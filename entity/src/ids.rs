//! One id type per thing, so that one never lands where another belongs.

use sea_orm::{TryFromU64, prelude::*};

/// Neither ids nor keys are ever made by a database's counter.
macro_rules! not_counted {
    ($name:ident) => {
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

/// A newtype over UUIDv7: a sea-orm value, a text form for logs and the audit body, nothing else.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        not_counted!($name);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A customer.
    CustomerId,
    /// One customer's order of one service.
    SubscriptionId,
    /// What customers order.
    ServiceId,
    /// A service's need of one category at one system for one purpose.
    RequirementId,
    /// A statute that makes the company keep something.
    RetentionRuleId,
    /// Another company that receives data.
    ThirdPartyId,
    /// One vetting of a third party.
    AssessmentId,
    /// A place where data is stored.
    SystemId,
    /// A line of the data map.
    DataLocationId,
    /// What a customer was told.
    NoticeId,
    /// A customer's permission.
    ConsentId,
    /// One moment in a consent's history.
    ConsentEventId,
    /// What was given to a third party.
    DisclosureId,
    /// What forbids the disposal of a customer's data.
    LegalHoldId,
    RestrictionId,
    /// What a customer asks for by their rights.
    DataRequestId,
    /// A time in which a request's clock stood still.
    DataRequestPauseId,
    /// One thing to be done at one system.
    TaskId,
    /// What a disposal would do, or did.
    DisposalPlanId,
    /// A list of customers on its way to a job.
    CustomerSelectionId,
    /// Bulk work.
    JobId,
    /// One customer that a job could not do.
    JobFailureId,
    /// A file that is brought in.
    ImportId,
    /// A personal-data breach.
    IncidentId,
    /// A report as a file.
    ReportId,
    /// One time that somebody was told of an incident.
    IncidentNotificationId,
    /// One comparison of the map with what a system itself holds.
    ReconciliationId,
    /// One thing on which they disagree.
    DifferenceId,
    /// An entry of the audit log.
    AuditEventId,
}

/// Keys: words that people write, that never change, and that identify by themselves.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The word itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        not_counted!($name);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(key: &str) -> Self {
                Self(key.to_owned())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

keys! {
    /// A kind of personal data, dotted from the general to the particular: `user.contact.email`.
    CategoryKey,
    /// What data is used for: `DELIVER_SERVICE`.
    PurposeKey,
}

impl CategoryKey {
    /// Whether `self` is `above` or lies below it.
    #[must_use]
    pub fn is_within(&self, above: &str) -> bool {
        self.0 == above || (self.0.starts_with(above) && self.0.as_bytes().get(above.len()) == Some(&b'.'))
    }

    /// The key without its last part: the category above.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(above, _)| Self(above.to_owned()))
    }
}

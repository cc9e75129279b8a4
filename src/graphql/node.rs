//! Ids outside: opaque, and saying of what kind they are, so that one is never taken for another.

use super::{
    audit::AuditEvent,
    catalog::{DataCategory, DataRequirement, Purpose, RetentionRule, Service},
    consent::Consent,
    customer::Customer,
    data_location::DataLocation,
    data_request::DataRequest,
    disclosure::Disclosure,
    disposal::DisposalPlan,
    import::Import,
    incident::Incident,
    job::{CustomerSelection, Job},
    legal_hold::LegalHold,
    notice::Notice,
    reconciliation::{Reconciliation, ReconciliationDifference},
    report::Report,
    subscription::ServiceSubscription,
    system::System,
    task::Task,
    third_party::{Assessment, ThirdParty},
};
use async_graphql::{ID, Interface};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::ids::{
    AssessmentId, AuditEventId, CategoryKey, ConsentId, CustomerId, CustomerSelectionId, DataLocationId,
    DataRequestId, DifferenceId, DisclosureId, DisposalPlanId, ImportId, IncidentId, JobId, LegalHoldId,
    NoticeId, PurposeKey, ReconciliationId, ReportId, RequirementId, RetentionRuleId, ServiceId,
    SubscriptionId, SystemId, TaskId, ThirdPartyId,
};
use uuid::Uuid;

macro_rules! nodes {
    (ids { $($name:ident($id:ty)),* $(,)? } keys { $($word:ident($key:ty)),* $(,)? }) => {
        /// What an id is of. The variants are named as the types of the API.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum NodeId { $($name($id),)* $($word($key)),* }

        impl NodeId {
            fn text(&self) -> String {
                match self {
                    $(Self::$name(id) => format!("{}:{}", stringify!($name), id.0.as_simple()),)*
                    $(Self::$word(key) => format!("{}:{}", stringify!($word), key.0)),*
                }
            }

            fn of_text(text: &str) -> Option<Self> {
                let (kind, rest) = text.split_once(':')?;
                match kind {
                    $(stringify!($name) => Uuid::try_parse(rest).ok().map(|id| Self::$name(id.into())),)*
                    $(stringify!($word) => Some(Self::$word(rest.into())),)*
                    _ => None,
                }
            }
        }

        impl NodeId {
            /// The id in the database, where it is not a key.
            #[must_use]
            pub const fn uuid(&self) -> Option<Uuid> {
                match self {
                    $(Self::$name(id) => Some(id.0),)*
                    $(Self::$word(_) => None),*
                }
            }
        }

        $(impl From<$id> for NodeId {
            fn from(id: $id) -> Self {
                Self::$name(id)
            }
        }

        impl TryFrom<NodeId> for $id {
            type Error = ();

            fn try_from(node: NodeId) -> Result<Self, ()> {
                if let NodeId::$name(id) = node { Ok(id) } else { Err(()) }
            }
        })*

        $(impl From<$key> for NodeId {
            fn from(key: $key) -> Self {
                Self::$word(key)
            }
        }

        impl TryFrom<NodeId> for $key {
            type Error = ();

            fn try_from(node: NodeId) -> Result<Self, ()> {
                if let NodeId::$word(key) = node { Ok(key) } else { Err(()) }
            }
        })*
    };
}

nodes! {
    ids {
        Customer(CustomerId),
        ServiceSubscription(SubscriptionId),
        DataLocation(DataLocationId),
        System(SystemId),
        ThirdParty(ThirdPartyId),
        Assessment(AssessmentId),
        Service(ServiceId),
        DataRequirement(RequirementId),
        RetentionRule(RetentionRuleId),
        Notice(NoticeId),
        Consent(ConsentId),
        Disclosure(DisclosureId),
        LegalHold(LegalHoldId),
        DataRequest(DataRequestId),
        Task(TaskId),
        DisposalPlan(DisposalPlanId),
        CustomerSelection(CustomerSelectionId),
        Import(ImportId),
        Job(JobId),
        Incident(IncidentId),
        Report(ReportId),
        Reconciliation(ReconciliationId),
        ReconciliationDifference(DifferenceId),
        AuditEvent(AuditEventId),
    }
    keys {
        DataCategory(CategoryKey),
        Purpose(PurposeKey),
    }
}

impl NodeId {
    /// What an id from outside is of; `None` for what this program never gave out.
    #[must_use]
    pub fn parse(id: &ID) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
        let node = Self::of_text(std::str::from_utf8(&bytes).ok()?)?;
        // One thing has one id: other spellings of it are nobody's.
        (node.id() == *id).then_some(node)
    }

    /// The id outside.
    #[must_use]
    pub fn id(&self) -> ID {
        BASE64_URL_SAFE_NO_PAD.encode(self.text()).into()
    }
}

/// The id of this thing in the API.
pub fn id(of: impl Into<NodeId>) -> ID {
    of.into().id()
}

/// The id of a thing of this kind; `None` for another kind's and for what is no id at all, which is answered as a
/// thing that is not there.
pub fn id_of<T: TryFrom<NodeId>>(id: &ID) -> Option<T> {
    NodeId::parse(id).and_then(|node| node.try_into().ok())
}

/// The id, or that of nobody: what leads nowhere takes the same way as what is not there.
pub fn id_or_nobody<T: TryFrom<NodeId> + From<Uuid>>(id: &ID) -> T {
    id_of(id).unwrap_or_else(|| Uuid::nil().into())
}

/// Anything that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Global and opaque. It never changes, is never reused, and says nothing about a person."
))]
pub enum Node {
    Customer(Customer),
    ServiceSubscription(ServiceSubscription),
    DataLocation(DataLocation),
    System(System),
    ThirdParty(ThirdParty),
    Assessment(Assessment),
    Service(Service),
    DataRequirement(DataRequirement),
    RetentionRule(RetentionRule),
    Notice(Notice),
    Consent(Consent),
    Disclosure(Disclosure),
    LegalHold(LegalHold),
    DataRequest(DataRequest),
    Task(Task),
    DisposalPlan(DisposalPlan),
    CustomerSelection(CustomerSelection),
    Import(Import),
    Job(Job),
    Incident(Incident),
    Report(Report),
    Reconciliation(Reconciliation),
    ReconciliationDifference(ReconciliationDifference),
    AuditEvent(AuditEvent),
    DataCategory(DataCategory),
    Purpose(Purpose),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_comes_back_and_is_of_one_kind(bytes in any::<[u8; 16]>()) {
            let uuid = Uuid::from_bytes(bytes);
            let outside = id(CustomerId(uuid));
            prop_assert_eq!(id_of::<CustomerId>(&outside), Some(CustomerId(uuid)));
            prop_assert_eq!(id_of::<SystemId>(&outside), None);
        }

        #[test]
        fn anything_else_is_nobody(text in ".*") {
            if let Some(node) = NodeId::parse(&ID(text.clone())) {
                prop_assert_eq!(node.id().0, text);
            }
        }
    }
}

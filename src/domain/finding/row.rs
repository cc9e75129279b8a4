//! One thing that is wrong, as a row of the statement.

use super::kind::{FindingKind, Severity};
use chrono::{DateTime, Utc};
use entity::{
    ids::{
        AuditEventId, CategoryKey, CustomerId, DataLocationId, DataRequestId, DifferenceId, IncidentId,
        LegalHoldId, RequirementId, SystemId, TaskId, ThirdPartyId,
    },
    touch::Touch,
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

/// Something that is wrong right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub severity: Severity,
    pub since: DateTime<Utc>,
    pub subject: Subject,
    pub customer: Option<CustomerId>,
    pub category: Option<CategoryKey>,
    pub system: Option<SystemId>,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    DataLocation(DataLocationId),
    ThirdParty(ThirdPartyId),
    System(SystemId),
    DataRequirement(RequirementId),
    LegalHold(LegalHoldId),
    Task(TaskId),
    DataRequest(DataRequestId),
    Difference(DifferenceId),
    Incident(IncidentId),
    /// For what is wrong with the log: the first that waits for its place, or the newest when it was found.
    AuditEvent(AuditEventId),
}

impl Subject {
    pub(super) const fn new(kind: FindingKind, id: Uuid) -> Self {
        use FindingKind as Kind;
        match kind {
            Kind::UnjustifiedData
            | Kind::LostTrack
            | Kind::DataCameBack
            | Kind::NoticeNotDelivered
            | Kind::ConsentMissing => Self::DataLocation(DataLocationId(id)),
            Kind::UnmappedRecord => Self::Difference(DifferenceId(id)),
            Kind::ThirdPartyReviewOverdue
            | Kind::ThirdPartyNotApproved
            | Kind::NoAgreement
            | Kind::NoTransferSafeguard
            | Kind::SubProcessorObjectionEnding => Self::ThirdParty(ThirdPartyId(id)),
            Kind::SystemReviewOverdue
            | Kind::ConnectorFailing
            | Kind::ReconciliationOverdue
            | Kind::RecordIncomplete => Self::System(SystemId(id)),
            Kind::SpecialCategoryConditionMissing => Self::DataRequirement(RequirementId(id)),
            Kind::HoldReviewOverdue | Kind::RetentionWithoutEnd => Self::LegalHold(LegalHoldId(id)),
            Kind::NothingFound | Kind::TaskNeedsHuman | Kind::TaskOverdue => Self::Task(TaskId(id)),
            Kind::RequestDueSoon | Kind::RequestOverdue => Self::DataRequest(DataRequestId(id)),
            Kind::IncidentNotificationDue | Kind::CustomersNotToldOfIncident => {
                Self::Incident(IncidentId(id))
            }
            Kind::AuditLogNotSealed | Kind::AuditLogUnprotected | Kind::AuditLogTampered => {
                Self::AuditEvent(AuditEventId(id))
            }
        }
    }

    /// Its id, which tells it apart from others of its kind.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::DataLocation(DataLocationId(id))
            | Self::ThirdParty(ThirdPartyId(id))
            | Self::System(SystemId(id))
            | Self::DataRequirement(RequirementId(id))
            | Self::LegalHold(LegalHoldId(id))
            | Self::Task(TaskId(id))
            | Self::DataRequest(DataRequestId(id))
            | Self::Difference(DifferenceId(id))
            | Self::Incident(IncidentId(id))
            | Self::AuditEvent(AuditEventId(id)) => id,
        }
    }
}

impl FromQueryResult for Finding {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let unknown = |column: &str| DbErr::Type(format!("{column} has no such value"));
        let kind = FindingKind::of_number(row.try_get(prefix, "kind")?).ok_or_else(|| unknown("kind"))?;
        let severity = Severity::of_urgency(row.try_get(prefix, "urgency")?);
        Ok(Self {
            kind,
            severity: severity.ok_or_else(|| unknown("urgency"))?,
            since: row.try_get(prefix, "since")?,
            subject: Subject::new(kind, row.try_get(prefix, "subject_id")?),
            customer: row.try_get(prefix, "customer_id")?,
            category: row.try_get(prefix, "category")?,
            system: row.try_get(prefix, "system_id")?,
        })
    }
}

impl Finding {
    /// Whom it tells of, and of which kind of their data.
    pub(super) fn touch(&self) -> Touch {
        Touch { customer: self.customer, category: self.category.clone() }
    }
}

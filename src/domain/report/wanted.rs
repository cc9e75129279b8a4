//! What a report is about.

use crate::{
    domain::{
        audit::AuditFilter,
        finding::FindingFilter,
        inventory::{Dimension, InventoryFilter},
    },
    policy::Action,
};
use chrono::{DateTime, Utc};
use entity::{
    enums::ReportKind,
    ids::{CustomerId, IncidentId},
};
use serde::{Deserialize, Serialize};

/// What a report tells, and what it is limited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// The record of processing activities.
    Ropa,
    Inventory {
        /// One to four different ones.
        by: Vec<Dimension>,
        filter: InventoryFilter,
        /// Now unless told.
        as_of: Option<DateTime<Utc>>,
    },
    Findings(FindingFilter),
    Customer(CustomerId),
    Incident(IncidentId),
    Audit(AuditFilter),
}

impl Wanted {
    /// Which kind of report it is.
    #[must_use]
    pub const fn kind(&self) -> ReportKind {
        match self {
            Self::Ropa => ReportKind::Ropa,
            Self::Inventory { .. } => ReportKind::Inventory,
            Self::Findings(_) => ReportKind::Findings,
            Self::Customer(_) => ReportKind::Customer,
            Self::Incident(_) => ReportKind::Incident,
            Self::Audit(_) => ReportKind::Audit,
        }
    }

    /// What whoever asks for it must be allowed to see.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Ropa => Action::SeeProcessingRecord,
            Self::Inventory { .. } => Action::CountInventory,
            Self::Findings(_) => Action::ListFindings,
            Self::Customer(_) => Action::SeeDataMap,
            Self::Incident(_) => Action::SeeCustomersAt,
            Self::Audit(_) => Action::ReadAuditLog,
        }
    }

    /// Whom all of it is about.
    #[must_use]
    pub const fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(*id),
            Self::Findings(filter) => filter.customer,
            Self::Audit(filter) => filter.customer,
            Self::Ropa | Self::Inventory { .. } | Self::Incident(_) => None,
        }
    }

    /// Its tables, by their keys; the first is what a file of one table has unless told.
    #[must_use]
    pub const fn tables(&self) -> &'static [&'static str] {
        match self {
            Self::Ropa => &["activities", "processorActivities", "gaps", "controller"],
            Self::Inventory { .. } => &["groups", "systems", "third-parties", "services"],
            Self::Findings(_) => &["findings"],
            Self::Customer(_) => &[
                "data-locations",
                "formerLocations",
                "subscriptions",
                "consents",
                "recipients",
                "disclosures",
                "dataRequests",
                "accessLog",
            ],
            Self::Incident(_) => &["affectedCustomers", "incident", "systems", "notifications"],
            Self::Audit(_) => &["events"],
        }
    }
}

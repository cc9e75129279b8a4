//! Personal-data breaches: what happened, who must be told and by when (Art. 33, 34), and whose data was there. Whose answer for them
//! it is, is a third party's where it happened there; the company's own duty to tell is not less by that.

mod affected;
mod close;
mod form;
mod list;
mod notify;
mod on_record;
mod report;
mod update;

pub use affected::AffectedCategories;
pub use close::CloseIncident;
pub use form::NotificationForm;
pub(in crate::domain) use list::unsaid;
pub use list::{IncidentFilter, IncidentsByIds, ListIncidents};
pub use notify::RecordIncidentNotification;
pub use on_record::{IncidentKind, NOTIFY_WITHIN, OnRecord, is_overdue};
pub use report::{IncidentPlace, MOST_SYSTEMS, ReportIncident};
pub use update::UpdateIncident;

//! Personal-data breaches.

mod enums;
mod mutations;
mod queries;
mod types;

pub use mutations::IncidentMutation;
pub use queries::IncidentQuery;
pub use types::Incident;

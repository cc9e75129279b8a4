//! Reports as files.

mod enums;
mod mutations;
mod queries;
mod types;

pub use mutations::ReportMutation;
pub use queries::ReportQuery;
pub use types::Report;

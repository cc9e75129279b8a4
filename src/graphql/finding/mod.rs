//! What is wrong right now.

mod enums;
mod mutations;
mod queries;
mod types;

pub use mutations::FindingMutation;
pub use queries::FindingQuery;
pub use types::FindingFilter;

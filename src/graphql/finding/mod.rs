//! What is wrong right now.

mod enums;
mod queries;
mod types;

pub use queries::FindingQuery;

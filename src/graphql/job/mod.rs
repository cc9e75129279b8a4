//! Bulk work.

mod mutations;
mod queries;
mod types;

pub use mutations::JobMutation;
pub use queries::JobQuery;
pub use types::{CustomerSelection, Job};

//! Places where data is stored.

mod mutations;
mod queries;
mod types;

pub use mutations::SystemMutation;
pub use queries::{SystemQuery, by_review_due};
pub use types::{System, SystemConnection};

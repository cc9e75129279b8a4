//! Places where data is stored.

mod queries;
mod types;

pub use queries::{SystemQuery, by_review_due};
pub use types::{System, SystemConnection};

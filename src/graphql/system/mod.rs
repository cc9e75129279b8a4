//! Places where data is stored.

mod describe;
mod mutations;
mod queries;
mod types;

pub use describe::DescribeMutation;
pub use mutations::SystemMutation;
pub use queries::{SystemQuery, by_review_due};
pub use types::{System, SystemConnection};

//! Bulk work.

mod mutations;
mod queries;
mod subscriptions;
mod types;

pub use mutations::JobMutation;
pub use queries::JobQuery;
pub use subscriptions::{Followed, Subscription};
pub use types::{CustomerSelection, Job};

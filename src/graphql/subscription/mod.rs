//! What customers ordered.

mod mutations;
mod types;

pub use mutations::SubscriptionMutation;
pub use types::{ServiceSubscription, ServiceSubscriptionConnection};

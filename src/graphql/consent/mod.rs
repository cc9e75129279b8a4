//! Customers' permissions.

mod mutations;
mod types;

pub use mutations::ConsentMutation;
pub use types::{Consent, ConsentConnection};

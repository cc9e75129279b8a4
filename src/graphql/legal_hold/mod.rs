//! Holds.

mod mutations;
mod types;

pub use mutations::LegalHoldMutation;
pub use types::LegalHold;

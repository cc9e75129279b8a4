//! Restrictions of processing.

mod mutations;
mod types;

pub use mutations::RestrictionMutation;
pub use types::Restriction;

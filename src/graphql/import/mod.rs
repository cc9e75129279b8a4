//! Rows that a company brings.

mod inputs;
mod mutations;
mod types;

pub use mutations::ImportMutation;
pub use types::Import;

//! What third parties are given, and what that takes.

mod check;
mod mutations;
mod types;

pub use check::{DisclosureQuery, ProposedDisclosure};
pub use mutations::DisclosureMutation;
pub use types::{Disclosure, DisclosureConnection};

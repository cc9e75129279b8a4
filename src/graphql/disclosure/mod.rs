//! What third parties are given, and what that takes.

mod check;
mod mutations;
mod recipient;
mod types;

pub use check::{DisclosureBlocker, DisclosureCheck, DisclosureQuery, ProposedDisclosure, blockers};
pub use mutations::DisclosureMutation;
pub use recipient::{Recipient, RecipientConnection};
pub use types::{Disclosure, DisclosureConnection};

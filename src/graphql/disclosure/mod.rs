//! What third parties are given, and what that takes.

mod check;
mod mutations;
mod recipient;
mod types;

pub use check::{DisclosureCheck, DisclosureQuery, ProposedDisclosure};
pub use mutations::DisclosureMutation;
pub use recipient::{Recipient, RecipientConnection};
pub use types::{Disclosure, DisclosureConnection};

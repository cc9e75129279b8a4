//! What third parties are given, and what that takes.

mod blockers;
mod check;
mod of_customers;
mod recipients;
mod share;

pub use blockers::{Attempt, BlockersOf};
pub use check::{Check, CheckDisclosure};
pub use of_customers::{CategoriesOfDisclosures, DisclosuresByIds, DisclosuresOf, DisclosuresOfCustomers};
pub(in crate::domain) use recipients::recipients;
pub use recipients::{Recipient, RecipientsOf, RecipientsOfCustomers};
pub use share::{Given, ShareData};

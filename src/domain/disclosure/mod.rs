//! What third parties are given, and what that takes.

mod check;
mod of_customers;
mod share;

pub use check::{Check, CheckDisclosure};
pub use of_customers::{CategoriesOfDisclosures, DisclosuresByIds, DisclosuresOf, DisclosuresOfCustomers};
pub use share::{Given, ShareData};

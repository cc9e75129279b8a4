//! Customers' permissions.

mod grant;
mod of_customers;

pub use grant::GrantConsent;
pub use of_customers::{ConsentParts, ConsentsByIds, ConsentsOf, ConsentsOfCustomers, PartsOfConsents};

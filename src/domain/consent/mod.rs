//! Customers' permissions.

mod grant;
mod of_customers;
mod withdraw;

pub use grant::GrantConsent;
pub use of_customers::{ConsentParts, ConsentsByIds, ConsentsOf, ConsentsOfCustomers, PartsOfConsents};
pub use withdraw::{WithdrawConsent, Withdrawn};

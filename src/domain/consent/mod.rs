//! Customers' permissions.

mod grant;
mod import;
mod of_customers;
mod receipt;
mod withdraw;

pub use grant::GrantConsent;
pub use import::{ConsentRow, ImportConsents};
pub use of_customers::{ConsentParts, ConsentsByIds, ConsentsOf, ConsentsOfCustomers, PartsOfConsents};
pub use receipt::{Ids, Receipt};
pub use withdraw::{WithdrawConsent, Withdrawn};

//! Customers who want their data kept and not used (Art. 18).

mod lift;
mod of_customers;
mod place;
mod tell;

pub use lift::{LiftRestriction, Lifted};
pub(in crate::domain) use lift::{end_with, is_restricted_for, lift_for};
pub use of_customers::RestrictionsOfCustomers;
pub(in crate::domain) use place::{Placing, place};
pub use place::{RestrictCustomer, Restricted};

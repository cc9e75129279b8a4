//! Customers who want their data kept and not used (Art. 18).

mod lift;
mod of_customers;
mod place;
mod tell;

pub(in crate::domain) use lift::lift_for;
pub use lift::{LiftRestriction, Lifted};
pub use of_customers::RestrictionsOfCustomers;
pub(in crate::domain) use place::{Placing, place};
pub use place::{RestrictCustomer, Restricted};

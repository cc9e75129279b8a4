//! Holds: while a claim or an inquiry goes on, nothing of a customer's may be disposed of.

mod lift;
mod of_customers;
mod place;

pub use lift::{LiftLegalHold, Lifted};
pub use of_customers::{CategoriesOfHolds, HoldsByIds, HoldsOf, HoldsOfCustomers};
pub use place::PlaceLegalHold;

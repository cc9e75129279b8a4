//! Comparisons of the map with what systems themselves hold.

mod mutations;
mod types;

pub use mutations::ReconciliationMutation;
pub use types::{Reconciliation, ReconciliationConnection, ReconciliationDifference, reconciliations_of};

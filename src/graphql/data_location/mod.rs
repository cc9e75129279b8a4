//! The data map.

mod at_place;
mod justification;
mod mutations;
mod types;

pub use at_place::{CustomerDataConnection, customers_at};
pub use justification::Justification;
pub use mutations::DataLocationMutation;
pub use types::{DataLocation, DataLocationConnection, DataLocationFilter};

//! How much personal data lies where, and what for.

mod filter;
mod queries;
mod types;

pub use filter::InventoryFilter;
pub use queries::InventoryQuery;
pub use types::InventoryDimension;

//! How much personal data lies where, and what for: numbers over all maps.

mod count;
mod dimension;
mod fold;

pub use count::{CountInventory, Group, InventoryFilter, MOST_GROUPS};
pub use dimension::{Dimension, Value};
pub use fold::fold;

//! Customers.

mod inputs;
mod mutations;
mod preload;
mod queries;
mod types;

pub use inputs::known as known_categories;
pub use mutations::CustomerMutation;
pub use queries::CustomerQuery;
pub use types::Customer;

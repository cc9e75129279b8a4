//! Customers.

mod inputs;
mod mutations;
mod preload;
mod queries;
mod types;

pub use inputs::CustomerProfileInput;
pub use mutations::CustomerMutation;
pub use queries::{CustomerFilter, CustomerQuery};
pub use types::{Customer, CustomerConnection, CustomerProfile};

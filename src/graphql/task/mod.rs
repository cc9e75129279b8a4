//! What is to be done at systems and third parties.

mod queries;
mod types;

pub use queries::TaskQuery;
pub use types::{Task, TaskConnection, TaskFilter};

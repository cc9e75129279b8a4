//! What is to be done at systems and third parties.

mod mutations;
mod queries;
mod types;

pub use mutations::TaskMutation;
pub use queries::TaskQuery;
pub use types::{Task, TaskConnection, TaskFilter};

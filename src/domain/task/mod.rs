//! What is to be done at systems and third parties. (Doing it is not part of this version.)

mod list;
mod parts;

pub use list::{ListTasks, TaskFilter, TaskOrder, TasksOf, TasksOfCustomers};
pub use parts::{LinesOfTasks, PartsOfTasks, TaskParts, TasksByIds};

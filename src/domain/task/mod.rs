//! What is to be done at systems and third parties, by the program where it is its own, and by people.

mod complete;
mod due;
mod evidence;
mod list;
mod own;
mod parts;
mod settle;

pub use complete::CompleteTask;
pub use due::{Failing, Worked, work};
pub use evidence::EvidenceOfTasks;
pub use list::{ListTasks, TaskFilter, TaskOrder, TasksOf, TasksOfCustomers};
pub use own::DisposeOfProfile;
pub use parts::{LinesOfTasks, PartsOfTasks, TaskParts, TasksByIds};

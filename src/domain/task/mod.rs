//! What is to be done at systems and third parties, by the program where it can, and by people.

mod answer;
mod attempt;
mod backoff;
mod complete;
mod due;
mod evidence;
mod hear;
mod known_by;
mod lease;
mod leave;
mod list;
mod own;
mod parts;
mod retry;
mod settle;
mod write;

pub use answer::{AnswerByLink, Asked, AskedByLink, KeptFor, SaidByLink};
pub use attempt::{NoteFound, SettleAttempt};
pub use complete::CompleteTask;
pub use due::{AnswersOverdue, DueTasks, HandOver, SystemsWithWork};
pub use evidence::EvidenceOfTasks;
pub use hear::HearThirdParty;
pub(in crate::domain) use known_by::seal_before_change;
pub use lease::{LeaseTasks, Leased};
pub(in crate::domain) use leave::{finish_own, seal_before_disposal};
pub use list::{ListTasks, TaskFilter, TaskOrder, TasksOf, TasksOfCustomers};
pub use own::{DisposeOfProfile, NoteFailure};
pub use parts::{LinesOfTasks, PartsOfTasks, TaskParts, TasksByIds};
pub use retry::RetryTask;

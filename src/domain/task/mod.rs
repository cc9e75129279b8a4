//! What is to be done at systems and third parties, by the program where it can, and by people.

mod answer;
mod attempt;
mod backoff;
mod complete;
mod correct;
mod due;
mod evidence;
mod gather;
mod hear;
mod known_by;
mod lease;
mod list;
mod open;
mod own;
mod parts;
mod retry;
mod sealed;
mod settle;
mod write;

pub use answer::{AnswerByLink, Asked, AskedByLink, KeptFor, SaidByLink};
pub use attempt::{NoteFound, SettleAttempt};
pub use complete::CompleteTask;
pub(in crate::domain) use correct::{Corrections, corrections_under_way};
pub use due::{AnswersOverdue, DueTasks, HandOver, SystemsWithWork};
pub use evidence::EvidenceOfTasks;
pub use gather::GatherProfile;
pub use hear::HearThirdParty;
pub(in crate::domain) use known_by::{known_before, person, seal_before_change};
pub use lease::{LeaseTasks, Leased};
pub use list::{ListTasks, TaskFilter, TaskOrder, TasksOf, TasksOfCustomers};
pub(in crate::domain) use open::{Wanted, Why, open_tasks};
pub use own::{DisposeOfProfile, NoteFailure};
pub use parts::{LinesOfTasks, PartsOfTasks, TaskParts, TasksByIds};
pub use retry::RetryTask;
pub(in crate::domain) use sealed::{Owner, seal, unseal};
pub(in crate::domain) use settle::{call_off, note_state};

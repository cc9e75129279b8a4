//! How others are reached: the ways to have a task done at a system. It knows what is asked and what comes back, and
//! nothing of the program's own database.

mod call;
pub mod email;
mod hosts;
pub mod http;
mod reach;
mod secrets;
mod settings;
pub mod sql;
#[cfg(test)]
mod testing;

pub use call::{Answer, Call, Correction, Evidence, Failure, Gathered, Subject};
pub use hosts::{Host, Hosts, NotAHost};
pub use reach::{Allowed, AnswerLink, Asking, Connectors, LONGEST, Message, Problem, answer_hash};
pub use secrets::{NoSecret, Secrets};
pub use settings::{Fault, Unfit, actions, known_by, max_attempts, reconciles};

//! How others are reached: the ways to have a task done at a system. It knows what is asked and what comes back, and
//! nothing of the program's own database.

mod call;
pub mod email;
pub mod http;
pub mod sql;
#[cfg(test)]
mod testing;

pub use call::{Answer, Call, Evidence, Failure, Subject};

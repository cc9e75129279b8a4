//! What was signed about the audit log, kept outside the database: a file that is only ever added to. Whoever changes the
//! database cannot change it with that.

mod file;
mod push;
#[cfg(test)]
mod tests;

pub use file::{Checkpoints, Line, Signed};
pub use push::{NotTaken, Push};

//! May they? Pure functions over who asks, for what purpose, and about whom: no I/O, no async.

mod actor;

pub use actor::{Actor, Role};

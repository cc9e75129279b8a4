//! May they? Pure functions over who asks, for what purpose, and about whom: no I/O, no async.

mod action;
mod actor;
mod decide;
pub mod purpose;
mod sight;

pub use action::{Action, Facts};
pub use actor::{Actor, Reference, Role};
pub use decide::{No, Target, decide, may_ever, only_about, sees_only_themselves};
pub use sight::{ProfileField, Sight, sight};

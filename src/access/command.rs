//! What can be done.

use super::{Refusal, Stop, Writer};
use crate::policy::{Action, Target};
use std::future::Future;

/// A change that the company promised to be able to make. Runs whole or not at all, and commits with its event.
pub trait Command: Clone + Send {
    /// What it counts as for the policy and the audit log.
    const ACTION: Action;
    /// Whether it leaves no event: only what keeps the log itself, which would otherwise never come to an end. It may touch nobody.
    const UNRECORDED: bool = false;
    /// What comes back.
    type Output: Send;

    /// Whom or what it is about, as far as that is known beforehand.
    fn target(&self) -> Target;

    /// Makes the change.
    fn run(self, writer: &mut Writer) -> impl Future<Output = Result<Self::Output, Stop>> + Send;

    /// What to say when the database found a duplicate that `run` could not see: somebody was faster.
    /// `constraint` is the constraint's or index's name on Postgres, and `table.column` or the index on `SQLite`.
    fn duplicate(&self, constraint: &str) -> Option<Refusal> {
        let _ = constraint;
        None
    }
}

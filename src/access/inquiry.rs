//! What can be asked.

use super::{Reader, Stop};
use crate::policy::{Action, Target};
use std::future::Future;

/// A question. It changes nothing, and what it reads is on record before the answer leaves.
pub trait Inquiry: Send {
    /// What it counts as for the policy and the audit log.
    const ACTION: Action;
    /// Whether it runs several statements that must see the same state.
    const SNAPSHOT: bool = false;
    /// Whether it may have to look through everything. Such questions have connections of their own and cannot keep
    /// others from theirs.
    const SEARCH: bool = false;
    /// What comes back.
    type Output: Send;

    /// Whom or what it is about, as far as that is known beforehand.
    fn target(&self) -> Target;

    /// Finds the answer.
    fn run(self, reader: &Reader) -> impl Future<Output = Result<Self::Output, Stop>> + Send;
}

//! The one gate that data passes on its way to a third party.

mod judge;
mod proposed;
mod standing;

pub use judge::{Allowed, Blocker, BlockerCode, Proposed, Rules, Standing};
pub use proposed::{RulesOf, proposed};
pub(in crate::domain) use standing::standings;

#[cfg(test)]
mod tests;

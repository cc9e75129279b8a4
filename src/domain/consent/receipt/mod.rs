//! The receipt for a consent.

mod document;
mod parties;
#[cfg(test)]
mod tests;

pub use document::{Ids, Receipt};

//! Sealing: master keys wrap one data key per customer, the data key seals what is theirs, and a
//! keyed hash finds them again by an e-mail address, a phone number or a national id.
//!
//! Destroying a customer's wrapped data key makes every sealed copy unreadable for good, in backups
//! too. Nothing here reads a file, a clock or a database.

pub mod envelope;
pub mod keyring;
pub mod link;
pub mod lookup_hash;

pub use envelope::{Context, DataKey, SealError, WrappedKey};
pub use keyring::{KeyError, MasterKeys};

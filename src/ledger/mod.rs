//! The erasure ledger: a file outside the database that is written before anybody's data is destroyed, and outlasts a
//! backup that brings them back. It is only ever added to, and holds no personal values.

mod entries;
mod file;
mod line;
#[cfg(test)]
mod tests;

pub use entries::{Entries, Left};
pub use file::Ledger;
pub use line::{Intent, Malformed};

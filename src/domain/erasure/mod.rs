//! Customers are erased and anonymized: their key is destroyed here, and what others hold goes by tasks. Before it, the ledger
//! outside the database says so; after a restored backup, it says who is to go again.

mod again;
mod anonymize;
mod erase;
mod forgotten;
mod intents;
mod keeper;
mod leave;
mod one;
mod replay;
mod texts;

pub use anonymize::AnonymizeCustomer;
pub use erase::{EraseCustomer, Erased};
pub(in crate::domain) use intents::Intents;
pub use keeper::{Destroys, Erasures};
pub(in crate::domain) use leave::Leaving;
pub use replay::{Outcome, Replay, Replayed};

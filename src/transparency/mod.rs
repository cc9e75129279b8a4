//! What the audit log's proofs are about. Pure: bytes in, bytes and hashes out.

mod body;
mod chain;
pub mod export;
mod exported;
pub mod file;
mod month;
mod months;
pub mod note;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod verify;
mod withheld;
mod writers;
mod wrong;

pub use body::{ActorBody, Body, leaf};
pub use chain::{Chain, Link};
pub use exported::Exported;
pub use month::{Detached, Month, NoMonth, Places};
pub use withheld::{Commitment, Part, Shown, SubjectBody, Withheld, salt};

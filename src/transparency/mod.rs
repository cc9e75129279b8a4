//! What the audit log's proofs are about. Pure: bytes in, bytes and hashes out.

mod body;
pub mod note;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod verify;

pub use body::{ActorBody, Body, SubjectBody, TargetBody, leaf};

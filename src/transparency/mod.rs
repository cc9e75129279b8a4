//! What the audit log's proofs are about. Pure: bytes in, bytes and hashes out.

mod body;

pub use body::{ActorBody, Body, SubjectBody, TargetBody, leaf};

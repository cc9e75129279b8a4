//! The audit log.

mod proofs;
mod queries;
mod types;

pub use queries::{AuditFilter, AuditQuery};
pub use types::{AuditEvent, AuditEventConnection};

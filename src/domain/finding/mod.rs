//! What is wrong right now: worked out at the moment it is asked for, from what is on record, and never stored. Whatever
//! is put right is gone from the list by itself.

mod acknowledge;
mod audit_log;
mod branch;
mod counted;
mod customers_data;
mod incidents;
mod kind;
mod known;
mod list;
mod message;
mod open_work;
mod reconciled;
mod reference_data;
mod requests;
mod row;
mod third_parties;

pub use acknowledge::{AcknowledgeFinding, AcknowledgementsOf, holds};
pub use kind::{FindingKind, Severity};
pub use list::{FindingFilter, FindingOrder, ListFindings};
pub use message::message;
pub use row::{Finding, Subject};

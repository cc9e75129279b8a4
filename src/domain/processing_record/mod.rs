//! The record of processing activities that the company must be able to show (Art. 30): drawn up from what is on record, with what
//! it lacks, and frozen once somebody has approved it.

mod activity;
mod changes;
mod document;
mod draw_up;
mod gap;
mod snapshot;
mod time_limit;

pub use activity::{Activity, ProcessorActivity, Transfer};
pub use changes::{FieldChanged, RecordChange, RecordChanged, changes};
pub use document::joint_controllers;
pub use draw_up::{DrawUpRecord, Record};
pub use gap::Gap;
pub(in crate::domain) use gap::gaps_at;
pub use snapshot::{ApproveRecord, ListSnapshots, SnapshotByNumber};
pub use time_limit::TimeLimit;

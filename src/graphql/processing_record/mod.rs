//! The record of processing activities (Art. 30).

mod mutations;
mod queries;
mod snapshot;
mod types;

pub use mutations::ProcessingRecordMutation;
pub use queries::ProcessingRecordQuery;

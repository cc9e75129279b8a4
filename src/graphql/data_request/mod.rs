//! Data-subject requests.

mod clock;
mod mutations;
mod queries;
mod types;

pub use mutations::DataRequestMutation;
pub use queries::DataRequestQuery;
pub use types::{DataRequest, DataRequestConnection};

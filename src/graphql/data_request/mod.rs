//! Data-subject requests.

mod clock;
mod enums;
mod mutations;
mod queries;
mod types;

pub use enums::RestrictionGround;
pub use mutations::DataRequestMutation;
pub use queries::DataRequestQuery;
pub use types::{DataRequest, DataRequestConnection};

//! Other companies that data may go to.

mod mutations;
mod queries;
mod types;

pub use mutations::ThirdPartyMutation;
pub use queries::ThirdPartyQuery;
pub use types::{Assessment, ThirdParty, ThirdPartyConnection};

//! Other companies that data may go to.

mod queries;
mod types;

pub use queries::ThirdPartyQuery;
pub use types::{Assessment, ThirdParty, ThirdPartyConnection};

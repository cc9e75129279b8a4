//! The parts put together: database, reference data, API, HTTP and duties, as `kartotek serve`, `kartotek worker` and the
//! tests run them.

mod ground;
mod serving;
mod working;

pub use ground::NotStarted;
pub use serving::{Parts, Server};
pub use working::{WorkParts, Workers};

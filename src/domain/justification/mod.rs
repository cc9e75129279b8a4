//! The one answer to "may it be here?": computed from facts, in SQL that serves one line of the map and all of
//! them alike. Nothing stores a second copy of the answer.

mod explain;
mod facts;
mod query;
mod unjustified;

pub use explain::explain;
pub use facts::{Facts, PROSPECT};
pub use query::{Justification, JustificationKind, JustifyLocations};
pub use unjustified::unjustified;

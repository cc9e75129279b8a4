//! The one answer to "may it be here?": computed from facts, in SQL that serves one line of the map and all of
//! them alike. Nothing stores a second copy of the answer.

mod asked;
mod explain;
mod facts;
mod query;
mod unjustified;

pub(in crate::domain) use asked::{NOT_OBJECTED, asks_for, erasure_asked, in_scope, meets};
pub use explain::explain;
pub(in crate::domain) use facts::Ground;
pub use facts::{Facts, PROSPECT};
pub(in crate::domain) use query::justify;
pub use query::{Justification, JustifyLocations};
pub use unjustified::unjustified;

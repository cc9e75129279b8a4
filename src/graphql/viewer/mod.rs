//! Who is asking, and anything by its id.

mod queries;
mod types;

pub use queries::ViewerQuery;

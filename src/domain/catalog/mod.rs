//! What the company is, which kinds of data it knows, what for, and what its services need.

mod snapshot;

pub use snapshot::{Catalog, Catalogs};

//! The reference data as one document.

mod mutations;
mod queries;
mod types;

pub use mutations::CatalogDocumentMutation;
pub use queries::CatalogDocumentQuery;

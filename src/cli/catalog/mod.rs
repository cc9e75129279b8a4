//! The catalogue as code: `kartotek export` writes the reference data as a file, and an import of that file shows what it
//! would change before it does.

mod changes;
mod direct;
mod export;
mod import;
mod remote;
mod yaml;

pub use direct::Direct;
pub use import::{ImportFailure, ImportOptions, ReferenceData, Refused, import_catalog};
pub(super) use remote::Remote;
pub use yaml::{NotADocument, from_yaml, to_yaml};

pub(super) use export::export;

//! What a company already has, brought in from files: some rows at a time, all or nothing but for those that are named as wrong,
//! and each once. What the rows are is their own noun's to know.

mod begin;
mod chunk;
mod finish;
mod list;

pub use begin::{BeginImport, Begun, Done, MOST_DONE, UNDER_WAY};
pub(in crate::domain) use chunk::Tally;
pub use chunk::{Chunk, Counts, Imported, MOST, RowRefusal};
pub use finish::FinishImport;
pub use list::ImportById;

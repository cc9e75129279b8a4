//! Files that people bring: what is in them, row by row, and what of it cannot be read. It knows nothing of the database.

mod bounded;
mod cells;
mod chunk;
mod columns;
mod object;
mod part;
mod quotes;
mod reference_data;
mod rejects;
mod seen;
mod source;
mod table;
mod value;
mod workbook;

pub use chunk::{Chunk, Chunks, Rows};
pub use columns::Kind;
pub use part::NoRejects;
pub use reference_data::reference_data;
pub use rejects::{Rejected, Rejects, default_path};
pub use source::{Encoding, Format, Source, Unreadable};
pub use workbook::{BadWorkbook, Workbook, is_workbook};

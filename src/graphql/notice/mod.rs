//! What customers were told.

mod mutations;
mod types;

pub use mutations::NoticeMutation;
pub use types::{Notice, NoticeConnection};

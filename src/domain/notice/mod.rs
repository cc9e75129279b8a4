//! What customers were told before anything of theirs was given away.

mod deliver;
mod of_customers;
mod text;

pub use deliver::{DeliverNotice, hex};
pub use of_customers::{LinesOfNotices, NoticesByIds, NoticesOf, NoticesOfCustomers};
pub use text::text;

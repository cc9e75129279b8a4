//! What customers were told before anything of theirs was given away.

mod deliver;
mod kept;
mod of_customers;
mod said;
mod say;
mod text;
mod tilt;

pub use deliver::DeliverNotice;
pub use of_customers::{LinesOfNotices, NoticesByIds, NoticesOf, NoticesOfCustomers};
#[cfg(test)]
pub(in crate::domain) use said::said;
pub(in crate::domain) use say::say;
pub use text::text;
pub(in crate::domain) use text::{in_one_line, place_of, where_to_complain, who_answers};

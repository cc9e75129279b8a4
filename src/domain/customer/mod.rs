//! Customers: registered, found, corrected, shown.

mod by_ids;
mod correct_elsewhere;
mod erased;
mod find;
mod identify;
mod import;
mod list;
mod of_rows;
mod profile;
mod rectify;
mod register;
mod reveal;
mod with_map;

pub use by_ids::{CustomerByReference, CustomersByIds, Keyed};
pub(in crate::domain) use erased::{Hash, hashes, remember_erased};
pub use find::FindCustomer;
pub use identify::IdOfReference;
pub use import::{CustomerRow, ImportCustomers};
pub use list::{CustomerFilter, CustomerOrder, ListCustomers};
pub(in crate::domain) use of_rows::Whose;
pub use profile::ProfileChange;
pub(in crate::domain) use profile::differing;
pub(in crate::domain) use rectify::{Rectification, rectify};
pub use rectify::{Rectified, RectifyCustomer};
pub(in crate::domain) use rectify::{gone, is_restricted, living, only_kept, replace_lookups};
pub use register::RegisterCustomer;
pub use reveal::RevealProfile;
pub use with_map::{CustomerWithMap, Which};

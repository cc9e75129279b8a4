//! Customers: registered, found, corrected, shown.

mod by_ids;
mod erased;
mod find;
mod identify;
mod list;
mod profile;
mod rectify;
mod register;
mod reveal;
mod with_map;

pub use by_ids::{CustomerByReference, CustomersByIds, Keyed};
pub(in crate::domain) use erased::{Hash, hashes, remember_erased};
pub use find::FindCustomer;
pub use identify::IdOfReference;
pub use list::{CustomerFilter, CustomerOrder, ListCustomers};
pub use profile::ProfileChange;
pub use rectify::RectifyCustomer;
pub(in crate::domain) use rectify::{gone, is_restricted, living, replace_lookups};
pub use register::RegisterCustomer;
pub use reveal::RevealProfile;
pub use with_map::{CustomerWithMap, Which};

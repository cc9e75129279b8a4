//! The data map: where each customer's data lies, how it came there, and whose data is at a place.

mod at_place;
mod import;
mod of_customers;
mod record;

pub use at_place::{AtPlace, CustomerAt, CustomersAt, During};
pub use import::{DataLocationRow, ImportDataLocations};
pub use of_customers::{LocationFilter, LocationsByIds, LocationsOf, LocationsOfCustomers};
pub(in crate::domain) use record::put_on_map;
pub use record::{MOST, NewLine, RecordDataLocations, line};

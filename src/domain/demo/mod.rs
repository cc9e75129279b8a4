//! What every installation ships with, and the example company of the demo. The data stands in `data/*.json`,
//! for people to read; it goes in set by set.

mod company;
mod connect;
mod customers;
mod load;
mod offer;
mod parties;
mod people;
mod progress;
mod read;
mod seed;
mod shipped;

pub use connect::{CRM, ConnectDemo, Held, HeldAt, INVOICING, VAULT};
pub use customers::{CUSTOMER, load};
pub use load::LoadDemo;
pub use offer::{Need, needs_of, service_keys};
pub use people::{Known, people};
pub use seed::Seed;
pub use shipped::categories as shipped_categories;

#[cfg(test)]
mod tests;

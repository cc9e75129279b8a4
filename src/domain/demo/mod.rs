//! What every installation ships with, and the example company of the demo. The data stands in `data/*.json`,
//! for people to read; it goes in set by set.

mod company;
mod customers;
mod load;
mod offer;
mod parties;
mod progress;
mod read;
mod seed;
mod shipped;

pub use customers::{CUSTOMER, load};
pub use load::LoadDemo;
pub use offer::{Need, needs_of, service_keys};
pub use seed::Seed;

#[cfg(test)]
mod tests;

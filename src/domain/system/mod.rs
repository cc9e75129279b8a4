//! Places where data is stored, in-house and at third parties.

mod check_connector;
mod connector;
mod create;
mod reach;
mod retire;
mod update;

pub use check_connector::{MOST_PROBLEMS, check_connector};
pub use connector::MOST_STEPS;
pub use create::CreateSystem;
pub use reach::{ConnectorOf, StatesOfConnectors};
pub use retire::RetireSystem;
pub use update::UpdateSystem;

#[cfg(test)]
mod tests;

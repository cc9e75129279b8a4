//! Places where data is stored, in-house and at third parties.

mod check_connector;
mod connector;
mod create;
mod describe;
mod propose;
mod reach;
mod retire;
mod update;

pub use check_connector::{MOST_PROBLEMS, check_connector};
pub use connector::MOST_STEPS;
pub use create::CreateSystem;
pub use describe::{DescribeSystem, ProposedColumn, ProposedMapping, ProposedTable, describe_system};
pub use propose::{Ground, Proposal};
pub use reach::{ConnectorOf, StatesOfConnectors};
pub use retire::RetireSystem;
pub use update::UpdateSystem;

#[cfg(test)]
mod tests;

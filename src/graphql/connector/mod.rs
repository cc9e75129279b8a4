//! How places are reached.

mod inputs;
mod types;

pub use inputs::{ConnectorInput, SecretReferenceInput};
pub use types::{Connector, ConnectorProblem, connector_of};

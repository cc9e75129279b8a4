//! How places are reached.

mod inputs;
mod types;

pub use inputs::ConnectorInput;
pub use types::{Connector, ConnectorProblem, connector_of};

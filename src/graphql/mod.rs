//! How it is asked for: the GraphQL schema, a folder for each noun. Mapping only; rules are the domain's.

//mod api;
pub mod connection;

mod enums;
mod error;
mod node;

mod scalars;
mod user_error;


pub use node::NodeId;

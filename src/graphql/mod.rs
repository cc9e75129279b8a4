//! How it is asked for: the GraphQL schema, a folder for each noun. Mapping only; rules are the domain's.

// mod api;
mod audit;
mod catalog;
mod connection;
mod context;
mod customer;
mod data_location;
mod enums;
mod error;
mod loaders;
mod node;
mod root;
mod scalars;
mod subscription;
mod system;
mod third_party;
mod user_error;
mod viewer;

// pub use api
pub use node::NodeId;
pub struct Over {
    pub get: bool,
}

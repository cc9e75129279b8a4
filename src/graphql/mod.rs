//! How it is asked for: the GraphQL schema, a folder for each noun. Mapping only; rules are the domain's.

mod api;
mod audit;
pub mod budget;
mod catalog;
mod catalog_document;
mod change;
mod complete;
mod connection;
mod connector;
mod consent;
mod context;
mod customer;
mod data_location;
mod data_request;
mod disclosure;
mod disposal;
pub mod documents;
mod enums;
mod erasure;
mod error;
mod finding;
mod import;
mod incident;
mod inventory;
mod job;
mod known;
mod legal_hold;
mod lengths;
mod loaders;
mod merge;
mod named;
mod node;
mod notice;
mod picture;
mod processing_record;
mod reconciliation;
mod report;
mod restriction;
mod root;
mod scalars;
mod subscription;
mod system;
mod task;
mod third_party;
mod unset;
mod user_error;
mod viewer;

pub use api::{Answered, Api, Became, Question, sdl};
pub use job::Followed;
pub use node::NodeId;

/// By which way a request came.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    /// By GET: its text is in a URL.
    pub get: bool,
}

#[cfg(test)]
mod tests;

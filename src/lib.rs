//! Kartotek knows where each customer's personal data lives, why it may be there, and who has looked at it.

// Each noun's mutations are a future within the next one's: so deep is the root's.
#![recursion_limit = "256"]

pub mod access;
pub mod auth;
pub mod checkpoints;
pub mod cli;
pub mod client;
mod clock;
pub mod config;
pub mod connector;
pub mod crypto;
pub mod demo_peers;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod identifier;
pub mod ledger;
pub mod policy;
mod refusal;
pub mod report;
pub mod rows;
pub mod server;
mod sql;
pub mod telemetry;
pub mod transparency;
pub mod worker;

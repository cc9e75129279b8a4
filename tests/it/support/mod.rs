//! What every test stands on: a whole server in process, databases to throw away, callers with real tokens, and the
//! audit log read behind the server's back.

pub mod actors;

pub mod app;
pub mod ask;
pub mod audit;
pub mod broken_off;
pub mod build;
pub mod clock;
pub mod command;
pub mod connect;
pub mod database;
pub mod disclose;
pub mod dispose;
pub mod dump;
pub mod entities;
pub mod erase;
pub mod find;
pub mod import;
pub mod incident;
pub mod job;
pub mod mailbox;
pub mod process;
pub mod reconcile;
pub mod record;
pub mod report;
pub mod request;
pub mod seal;
pub mod snapshot;
pub mod third_party;
pub mod told;
pub mod trap;

pub use actors::Client;
pub use app::TestApp;
pub use ask::Answer;
pub use database::Database;

//! The command line: one file per command, each a thin caller of the rest.
//!
//! Standard output is for data alone, everything else goes to standard error; exit codes are 0 for done, 1 for
//! failed, 2 for a mistake in the command line or the configuration; a command's help says when it has others.

mod anonymize;
mod args;
mod audit;
mod catalog;
mod client;
mod confirm;
mod connectors;
mod database;
mod demo;
mod failure;
mod import;
mod keys;
mod ledger;
mod migrate;
mod output;
mod progress;
mod report;
mod run;
mod schema;
mod serve;
mod stop;
mod token;
mod worker;

pub use args::{
    Cli, Command, ExportArgs, ImportArgs, LedgerArgs, LedgerCommand, MigrateArgs, ReplayArgs, ServeArgs,
    TokenArgs, WorkerArgs,
};
pub use catalog::{
    Direct, ImportFailure, ImportOptions, NotADocument, ReferenceData, Refused, from_yaml, import_catalog,
    to_yaml,
};
pub use failure::Failure;
pub use run::run;

//! What can be written on the command line.

mod anonymize;
mod audit;
mod client;
mod export;
mod import;
mod program;
mod report;
mod server;
mod token;

pub use anonymize::{AnonymizeArgs, Output};
pub use audit::{
    AuditArgs, AuditCommand, AuditDetachArgs, AuditExportArgs, AuditKeyArgs, AuditProveArgs, AuditVerifyArgs,
};
pub use client::ClientArgs;
pub use export::ExportArgs;
pub use import::{ImportArgs, SummaryForm};
pub use program::{Cli, Command};
pub use report::{ReportArgs, ReportForm, ReportWhat};
pub use server::{LedgerArgs, LedgerCommand, MigrateArgs, ReplayArgs, ServeArgs, WorkerArgs};
pub use token::TokenArgs;

//! The server, its workers, and the upkeep of what they stand on.

use clap::{Args, Subcommand};
use secrecy::SecretString;

/// `kartotek serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek serve --demo\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek serve --listen 0.0.0.0:8080\n  \
    kartotek serve --print-config")]
pub struct ServeArgs {
    /// Load the demo company once, and print an address and a token for every role.
    #[arg(long)]
    pub demo: bool,
    /// Only answer: tasks and the upkeep of data maps are left to `kartotek worker`.
    #[arg(long)]
    pub no_worker: bool,
    /// Print the settings that would be used, passwords masked, and exit.
    #[arg(long)]
    pub print_config: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `kartotek worker`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek KARTOTEK_MASTER_KEY_FILE=/etc/kartotek/master.keys \
    kartotek worker\n\n\
    It takes the settings of `kartotek serve`, and a database that is up to date: it migrates nothing. Run as many as \
    you like, beside servers or beside `kartotek serve --no-worker`.")]
pub struct WorkerArgs {
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek migrate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek migrate\n  kartotek migrate --status")]
pub struct MigrateArgs {
    /// List the migrations and whether they are applied, and change nothing.
    #[arg(long)]
    pub status: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

/// `kartotek ledger`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kartotek ledger replay --dry-run")]
pub struct LedgerArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: LedgerCommand,
}

/// What can be done with the erasure ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Go through the erasure ledger, and erase again whoever was erased and is in the database.
    Replay(ReplayArgs),
}

/// `kartotek ledger replay`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek ledger replay --dry-run\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek ledger replay\n\n\
    Run it after a backup of the database was restored, before or while it is served. What Kartotek itself keeps of those \
    customers is destroyed at once; workers do the rest. Standard output has a line for each customer who was here again \
    and for each erasure that was intended and is not said to be done, and a summary.\n\n\
    Exit codes: 0 done, and nothing is left; 1 failed, or somebody could not be erased; 2 a mistake in the command line or \
    the settings; 3 done, and something is left to a person: an intended erasure of which nobody knows whether it was \
    carried out, or a line that broke off.")]
pub struct ReplayArgs {
    /// Say who would be erased again, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

//! `kartotek export`

use super::client::ClientArgs;
use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

/// `kartotek export`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kartotek export -o catalogue.yaml\n  \
    KARTOTEK_DATABASE_URL=postgres://kartotek@db/kartotek kartotek export > catalogue.yaml\n  \
    KARTOTEK_TOKEN_FILE=token kartotek export --endpoint https://kartotek.example -o catalogue.yaml\n\n\
    The file has the company, data categories of its own, purposes, retention rules, third parties with their assessments, \
    systems, and services with what they need: all that is in use, named by keys and names. Two exports of the same are the \
    same file, so keep it in version control. `kartotek import catalogue.yaml` makes it so again, there or elsewhere. No \
    customer is in it, and no secret: connectors name theirs.")]
pub struct ExportArgs {
    /// Write it here and not to standard output. What is there is replaced.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// sqlite://… or postgres://…. Others on this machine can see it here: prefer `KARTOTEK_DATABASE_URL`.
    #[arg(long, value_name = "URL", conflicts_with = "endpoint")]
    pub database_url: Option<SecretString>,
    #[command(flatten)]
    pub client: ClientArgs,
}

//! `kartotek migrate`: brings the database up to date.

use super::{args::MigrateArgs, failure::Failure};
use crate::config::Config;

/// Applies or lists the migrations.
#[expect(clippy::unused_async, reason = "not built in this branch")]
pub(super) async fn run(_: MigrateArgs, _: Config) -> Result<(), Failure> {
    Err(Failure::new("not built in this branch"))
}

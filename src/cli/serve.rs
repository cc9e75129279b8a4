//! `kartotek serve`: brings the database up to date, then serves.

use super::{args::ServeArgs, failure::Failure};
use crate::config::Config;

/// Serves until told to stop.
#[expect(clippy::unused_async, reason = "not built in this branch")]
pub(super) async fn run(_: ServeArgs, _: Config) -> Result<(), Failure> {
    Err(Failure::new("not built in this branch"))
}

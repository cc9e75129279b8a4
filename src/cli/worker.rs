//! `kartotek worker`: what a server does besides answering, to have more of it done on other machines.
//!
//! It migrates nothing. Servers of the version before may still be answering, and a worker is what one adds in passing: an
//! upgrade is to be somebody's decision.

use super::{connectors, database, failure::Failure, keys, ledger, stop::told_to_stop};
use crate::{
    access::SystemClock,
    config::Config,
    server::{WorkParts, Workers},
    telemetry,
};
use std::pin::pin;

/// Works until told to stop.
pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let database = database::settings(&config);
    // Connecting would make it.
    if let Some(file) = database::file(&database).filter(|file| !file.exists()) {
        return Err(Failure::new(format!("there is no database at {}", file.display())).hint(
            "start `kartotek serve` first, or set KARTOTEK_DATABASE_URL to the database that it uses",
        ));
    }
    let (master_keys, _) = keys::master(&config, false)?;
    let parts = WorkParts {
        database,
        keys: master_keys,
        clock: Box::new(SystemClock),
        ledger: ledger::at_hand(&config)?,
        log: keys::log(&config, false)?,
        metrics: telemetry::start_metrics()?,
        sweep_interval: config.sweep_interval,
        approval_above: config.bulk_approval_above,
        small_group: config.small_group,
        connectors: connectors::reach(&config)?,
    };
    let mut stop = pin!(told_to_stop()?);
    let workers = tokio::select! {
        started = Workers::start(parts) => started.map_err(database::not_started)?,
        () = &mut stop => return Ok(()),
    };
    tracing::info!("working");
    stop.await;
    tracing::info!("stopping");
    workers.close().await;
    Ok(())
}

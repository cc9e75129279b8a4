//! Keeps the server's copy of the reference data no more than half a second old.

use crate::domain::catalog::Catalogs;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};

const EVERY: Duration = Duration::from_millis(500);

/// Refreshes until `stop` says so. An outage is waited out: the copy at hand stays good until there is a newer one.
pub async fn keep_catalog(catalogs: Arc<Catalogs>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = catalogs.refresh().await {
            tracing::warn!(%error, "the reference data could not be refreshed");
        }
    }
}

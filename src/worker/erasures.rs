//! Keeps the erasure ledger whole, and erases altogether whoever asked for it and of whose profile nothing is left.

use crate::domain::{catalog::Catalogs, erasure::Erasures};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};

/// Looks after erasures until `stop` says so, `every` so often.
pub async fn keep_erasures(
    erasures: Arc<Erasures>,
    catalogs: Arc<Catalogs>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        // Where a backup was restored, somebody has to hear of it.
        erasures.look_for_returned(&catalogs.current()).await;
        loop {
            tick.tick().await;
            erasures.keep_whole().await;
            if let Err(error) = erasures.erase_forgotten(&catalogs.current()).await {
                tracing::warn!(%error, "customers who asked for it could not be erased");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

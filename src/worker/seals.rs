//! Takes what has happened into the log's tree, and has it signed, every so often.

use crate::{
    access::Door,
    domain::audit::{Log, OldestUnsealed, Unsealed},
};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// How long an event is in the log and not yet in what is signed.
const EVERY: Duration = Duration::from_secs(1);

/// How long nothing is tried after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Seals until `stop` says so, and once more then.
pub async fn keep_sealed(log: Arc<Log>, door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    let mut next = Instant::now();
    loop {
        let last = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep_until(next) => false,
        };
        let wait = if seal(&log, &door).await { EVERY } else { AFTER_FAILURE };
        if last {
            return;
        }
        next = Instant::now() + wait;
    }
}

/// Whether it could be done.
async fn seal(log: &Log, door: &Arc<Door>) -> bool {
    match log.seal(door).await {
        // There is nothing, or somebody else does it.
        Ok(None) => {
            note_what_waits(door).await;
            true
        }
        Ok(Some(sealed)) => {
            note_lag(door, sealed.oldest);
            let size = u32::try_from(sealed.checkpoint.tree_size).unwrap_or(u32::MAX);
            metrics::gauge!("audit_tree_size").set(f64::from(size));
            true
        }
        Err(error) => {
            metrics::counter!("audit_seal_failures_total").increment(1);
            note_what_waits(door).await;
            if let Unsealed::Another(_) = error {
                tracing::error!(%error, "the audit log is not signed");
            } else {
                tracing::warn!(%error, "the audit log could not be sealed");
            }
            false
        }
    }
}

/// How long the first event waits that has no place, whoever is to give it one.
async fn note_what_waits(door: &Arc<Door>) {
    match door.program("seal", "sealEvents").read(OldestUnsealed).await {
        Ok(oldest) => note_lag(door, oldest),
        Err(error) => tracing::debug!(%error, "it could not be told how long events wait to be sealed"),
    }
}

fn note_lag(door: &Door, oldest: Option<DateTime<Utc>>) {
    let lag = oldest.map_or(0, |oldest| (door.now() - oldest).num_milliseconds().max(0));
    metrics::gauge!("audit_seal_lag_seconds").set(f64::from(i32::try_from(lag).unwrap_or(i32::MAX)) / 1e3);
}

//! Looks through all maps for what time has changed, and after each change of the reference data; and adds up what is on them.

use crate::{
    access::{Door, Stop},
    domain::{
        catalog::Catalogs,
        data_request::{ExpiredExports, ForgetExports},
        disposal::{Swept, sweep},
        inventory::fold,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};

/// How often it is looked whether it is time.
const EVERY: Duration = Duration::from_secs(5);

/// How soon it is tried again: not at once, as looking through everything is no small thing.
const AFTER_FAILURE: Duration = Duration::from_mins(1);

/// Sweeps until `stop` says so: `every` so often, and soon after what services need or the law says has changed.
pub async fn keep_maps(
    door: Arc<Door>,
    catalogs: Arc<Catalogs>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut swept, mut due) = (None, Instant::now());
    let kept = async {
        loop {
            tick.tick().await;
            if let Err(error) = fold(&door).await {
                tracing::warn!(%error, "the inventory could not be added up yet");
            }
            let catalog = catalogs.current();
            if swept == Some(catalog.version) && Instant::now() < due {
                continue;
            }
            let began = Instant::now();
            let mut wait = every;
            if let Err(error) = forget_exports(&door).await {
                tracing::warn!(%error, "what was gathered for customers could not be destroyed yet");
            }
            match sweep(&door, &catalog).await {
                Ok(Swept { lines, failed }) => {
                    metrics::histogram!("sweep_seconds").record(began.elapsed().as_secs_f64());
                    metrics::counter!("sweep_locations_total").increment(lines as u64);
                    metrics::counter!("sweep_failures_total").increment(failed as u64);
                    if failed > 0 {
                        wait = every.min(AFTER_FAILURE);
                    }
                    if lines > 0 {
                        tracing::info!(lines, "maps were brought up to date");
                    }
                }
                Err(error) => {
                    metrics::counter!("sweep_failures_total").increment(1);
                    wait = every.min(AFTER_FAILURE);
                    tracing::warn!(%error, "maps could not be brought up to date");
                }
            }
            (swept, due) = (Some(catalog.version), began + wait);
        }
    };
    // A pass that is under way is not waited for: what it has settled is settled, and the next one goes on.
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

/// What was gathered for customers is not kept once they have had it for a while.
///
/// # Errors
/// When the database fails.
pub async fn forget_exports(door: &Arc<Door>) -> Result<(), Stop> {
    if door.program("sweep", "findExpiredExports").read(ExpiredExports).await? {
        door.program("sweep", "forgetExports").write(ForgetExports).await?;
    }
    Ok(())
}

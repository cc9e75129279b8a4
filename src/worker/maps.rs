//! Looks through all maps for what time has changed, and after each change of the reference data.

use crate::{
    access::Door,
    domain::{catalog::Catalogs, disposal::sweep},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};

/// How often it is looked whether it is time.
const EVERY: Duration = Duration::from_secs(5);

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
            let catalog = catalogs.current();
            if swept == Some(catalog.version) && Instant::now() < due {
                continue;
            }
            let began = Instant::now();
            match sweep(&door, &catalog).await {
                Ok(lines) => {
                    metrics::histogram!("sweep_seconds").record(began.elapsed().as_secs_f64());
                    metrics::counter!("sweep_locations_total").increment(lines as u64);
                    if lines > 0 {
                        tracing::info!(lines, "maps were brought up to date");
                    }
                    (swept, due) = (Some(catalog.version), began + every);
                }
                Err(error) => tracing::warn!(%error, "maps could not be brought up to date"),
            }
        }
    };
    // A pass that is under way is not waited for: what it has settled is settled, and the next one goes on.
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

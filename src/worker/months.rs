//! Makes the parts of the audit log that the next months' events go to, ahead of time.

use crate::{access::Door, transparency::Month};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked whether all are there. They are made for three months, so that it may fail for a while.
const EVERY: Duration = Duration::from_hours(1);

/// This month and the next three.
const MONTHS: i64 = 4;

/// Makes them until `stop` says so.
pub async fn keep_months(door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        loop {
            tick.tick().await;
            match door.prepare_months().await {
                Ok(None) => return std::future::pending().await,
                Ok(Some(there)) => {
                    metrics::gauge!("audit_months_prepared")
                        .set(f64::from(i32::try_from(there).unwrap_or(i32::MAX)));
                    if there < MONTHS {
                        tracing::warn!(there, "months of the audit log have no part of their own");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the audit log's next months could not be prepared");
                    // How many there are says whether that matters yet.
                    let now = Month::at(door.now()).map(|month| month.to_string()).unwrap_or_default();
                    let there = door.audit_months().await.unwrap_or_default();
                    let there = there.into_iter().filter(|month| *month >= now).count();
                    metrics::gauge!("audit_months_prepared")
                        .set(f64::from(u32::try_from(there).unwrap_or(u32::MAX)));
                }
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

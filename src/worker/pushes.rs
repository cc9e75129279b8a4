//! Hands over what was signed last to the address that the operator has named.

use crate::domain::audit::Log;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// How often it is looked whether something was signed.
const EVERY: Duration = Duration::from_secs(2);

/// The longest that is waited after failures: twice as long after each.
const AT_MOST: Duration = Duration::from_mins(1);

/// Hands over until `stop` says so, and once more then. What was signed meanwhile is in what was signed last.
pub async fn keep_pushed(log: Arc<Log>, mut stop: watch::Receiver<bool>) {
    let (mut taken, mut wait) = (0, EVERY);
    loop {
        let next = Instant::now() + wait;
        let last = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep_until(next) => false,
        };
        wait = match log.push_beyond(taken).await {
            Ok(size) => {
                taken = size;
                metrics::gauge!("audit_pushed_size").set(f64::from(u32::try_from(size).unwrap_or(u32::MAX)));
                EVERY
            }
            Err(error) => {
                metrics::counter!("audit_push_failures_total").increment(1);
                tracing::warn!(%error, "what was signed about the audit log was not handed over");
                (wait * 2).min(AT_MOST)
            }
        };
        if last {
            return;
        }
    }
}

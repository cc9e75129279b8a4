//! Puts on record how often somebody was not let in who has not come back since.

use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

const EVERY: Duration = Duration::from_secs(5);

/// Calls `record` until `stop` says so.
pub async fn keep_rejections<F>(record: impl Fn() -> F + Send, mut stop: watch::Receiver<bool>)
where
    F: Future<Output = ()> + Send,
{
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = tick.tick() => {}
        }
        record().await;
    }
}

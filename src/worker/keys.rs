//! Keeps the identity provider's keys at hand, be there tokens to check or not.

use crate::auth::Keys;
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often the age of the keys is looked at. How often they are fetched is theirs to say.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps them fresh until `stop` says so, by the clock that `now` reads. A fetch that is under way is not waited for
/// then.
pub async fn keep_keys(keys: Keys, now: impl Fn() -> i64 + Send, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        loop {
            tick.tick().await;
            keys.freshen(now()).await;
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

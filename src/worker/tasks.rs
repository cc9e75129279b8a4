//! Does what is to be done by now.

use crate::{
    access::Door,
    domain::{
        catalog::Catalogs,
        task::{Failing, Worked, work},
    },
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked for what is to be done.
const EVERY: Duration = Duration::from_secs(5);

/// Works until `stop` says so. A task that is under way then is done, or is done again: each is a transaction of its own.
pub async fn keep_tasks(door: Arc<Door>, catalogs: Arc<Catalogs>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        let mut failing = Failing::default();
        loop {
            tick.tick().await;
            match work(&door, &catalogs.current(), &mut failing).await {
                Ok(worked) => told(worked),
                Err(error) => {
                    metrics::counter!("task_failures_total").increment(1);
                    tracing::warn!(%error, "tasks could not be worked on");
                }
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

fn told(Worked { done, left, failed }: Worked) {
    metrics::counter!("tasks_done_total").increment(done as u64);
    metrics::counter!("tasks_left_to_people_total").increment(left as u64);
    metrics::counter!("task_failures_total").increment(failed as u64);
    if done + left > 0 {
        tracing::info!(done, left, "tasks were worked on");
    }
}

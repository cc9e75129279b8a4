//! Answers those who follow something: each answer is asked for anew, by whoever the caller still is by then, and is on record as
//! any other.

use super::{
    answer::{Head, Outcome, Params},
    identify::Front,
};
use crate::{
    domain::job::MarkOf,
    graphql::{Followed, Question},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::MissedTickBehavior};

/// How often it is looked whether something has moved on.
const EVERY: Duration = Duration::from_secs(1);

impl Front {
    /// Tells the answer to `params` now and each time that it has changed, until what is followed is over, the caller may follow it no
    /// more, or nobody listens. What is looked at in between is one row of numbers.
    pub(super) async fn follow(&self, head: Head, params: Params, told: mpsc::Sender<Outcome>) {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = None;
        loop {
            tick.tick().await;
            if let Some((job, mark)) = &last {
                // Tokens expire while somebody waits.
                if let Err(outcome) = self.admit(&head).await {
                    let _ = told.send(outcome).await;
                    return;
                }
                match self.door.program("follow", "findJob").read(MarkOf(*job)).await {
                    Ok(now) if now.as_ref() == Some(mark) => continue,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "what is followed cannot be looked at just now");
                        continue;
                    }
                }
            }
            let followed = Arc::new(Followed::new());
            let question = Question {
                document: params.query.clone(),
                operation_name: params.operation_name.clone(),
                variables: params.variables.clone(),
                over_get: false,
                follows: Some(followed.clone()),
            };
            let outcome = self.finish(head.clone(), Ok(question)).await;
            if told.send(outcome).await.is_err() {
                return;
            }
            match followed.get() {
                Some((_, mark)) if mark.is_over() => return,
                Some(now) => last = Some(now.clone()),
                None => return,
            }
        }
    }
}

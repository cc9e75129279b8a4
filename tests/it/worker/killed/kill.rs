//! When a worker is killed, as it can be seen from outside.

use super::company::{Company, Person};
use crate::support::{process::pause, trap::Moment};
use sqlx::Connection;
use std::time::{Duration, Instant};

/// Somebody has it in hand, of those who are alive: see `let_time_pass`.
const IN_HAND: &str = "t.state = 'RUNNING' AND t.next_attempt_at <> t.created_at";

/// And has noted what there is to change.
const LOOKED: &str = "t.state = 'RUNNING' AND t.next_attempt_at <> t.created_at AND t.found_before IS NOT NULL \
    AND t.action <> 'EXPORT'";

/// Longer than it takes to start, to look for what is to be done, and to do it.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub enum Kill {
    /// When the third party has come so far.
    Host(Moment),
    /// When the mail server has come so far.
    Mail(Moment),
    /// When it has what is to be done at this database in hand, and has not looked there yet.
    Taken(&'static str),
    /// When it has looked there, and has changed nothing.
    Found(&'static str),
    /// When it has changed what is there, and that is not on record.
    Changed(&'static str),
    /// When it is on record that something at this system is done.
    Settled(&'static str),
    /// After this much of the time that all of it takes.
    Along(f64),
}

/// Looks again and again whether something has come to be.
async fn until(what: &str, came: impl AsyncFn() -> bool) {
    let since = Instant::now();
    while !came().await {
        assert!(since.elapsed() < PATIENCE, "it never came to this: {what}");
        pause(Duration::from_millis(2)).await;
    }
}

impl Company {
    /// Has a worker begin with what somebody wants, and kills it.
    pub async fn kill(&self, kill: Kill, person: &Person, all: Duration) {
        let what = format!("{kill:?} for {}", person.reference);
        self.let_time_pass().await;
        let others = self.app.database.clients().await;
        // The worker comes as far as this lets it.
        let mut held = match kill {
            Kill::Taken(at) => Some(self.database(at).held("BEGIN EXCLUSIVE").await),
            Kill::Found(at) | Kill::Changed(at) => Some(self.database(at).held("BEGIN IMMEDIATE").await),
            _ => None,
        };
        let worker = self.worker();
        match kill {
            Kill::Host(moment) => {
                self.host.trap.set(moment, worker);
                until(&what, async || self.host.trap.has_sprung()).await;
            }
            Kill::Mail(moment) => {
                self.mailbox.trap.set(moment, worker);
                until(&what, async || self.mailbox.trap.has_sprung()).await;
            }
            Kill::Taken(at) => {
                until(&what, async || self.has_task(person, at, IN_HAND).await).await;
                drop(worker);
            }
            Kill::Found(at) => {
                until(&what, async || self.has_task(person, at, LOOKED).await).await;
                drop(worker);
            }
            Kill::Changed(at) => {
                until(&what, async || self.has_task(person, at, LOOKED).await).await;
                // Now it may change what is there, and cannot put that on record.
                let record = self.app.database.held(&person.reference).await;
                let (database, number) = (self.database(at), person.number());
                let before = database.person(&number).await;
                held.take().unwrap().close().await.unwrap();
                until(&what, async || database.person(&number).await != before).await;
                drop(worker);
                record.close().await.unwrap();
            }
            Kill::Settled(at) => {
                until(&what, async || self.has_task(person, at, "t.state = 'SUCCEEDED'").await).await;
                drop(worker);
            }
            Kill::Along(part) => {
                pause(all.mul_f64(part)).await;
                drop(worker);
            }
        }
        if let Some(held) = held {
            held.close().await.unwrap();
        }
        // PostgreSQL takes a moment to see who has died.
        until("gone", async || self.app.database.clients().await.is_subset(&others)).await;
    }

    /// Has a worker do what a dead one has left, and kills it when it has. How long it took, once it was there.
    pub async fn start_again(&self, person: &Person) -> Duration {
        self.let_time_pass().await;
        let (worker, since) = (self.worker(), Instant::now());
        let open = "t.state IN ('PENDING', 'RUNNING', 'RETRYING')";
        until("all is done", async || !self.has_task(person, "%", open).await).await;
        drop(worker);
        since.elapsed()
    }

    /// What a dead worker had in hand is somebody else's after some minutes.
    async fn let_time_pass(&self) {
        let pass = "UPDATE task SET next_attempt_at = created_at WHERE state IN ('RUNNING', 'RETRYING')";
        self.app.database.run(pass).await;
    }
}

//! What time it is, and new ids: from one place, so that tests can turn it.

use chrono::{DateTime, SubsecRound, Utc};
use std::sync::Mutex;
use uuid::{ContextV7, Timestamp, Uuid};

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Gives out times and ids. Times carry microseconds, as both databases keep them.
#[derive(Debug)]
pub struct Ticker {
    clock: Box<dyn Clock>,
    context: Mutex<ContextV7>,
}

impl Ticker {
    pub fn new(clock: Box<dyn Clock>) -> Self {
        Self { clock, context: Mutex::new(ContextV7::new()) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// A UUIDv7: later ids of one process sort after earlier ones.
    pub fn id(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        // A poisoned lock means that another thread died while it took an id: the counter is as good as before.
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }
}

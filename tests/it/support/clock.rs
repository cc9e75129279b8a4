//! A clock that stands still but for a microsecond at each look, and goes where a test puts it.

use chrono::{DateTime, TimeDelta, Utc};
use kartotek::access::Clock;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// When tests begin, unless they say otherwise.
pub const START: &str = "2026-03-02T09:00:00Z";

/// Microseconds since 1970; all clones are the same clock.
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// The time, without making it later.
    pub fn peek(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// When tests begin.
pub fn start() -> DateTime<Utc> {
    START.parse().unwrap()
}

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

/// How far the clock may be put back until ids follow it: until then they go on from where they were.
const LEAP: u64 = 1_000;

/// Gives out times and ids. Times carry microseconds, as both databases keep them.
#[derive(Debug)]
pub struct Ticker {
    clock: Box<dyn Clock>,
    /// And the last id's milliseconds.
    context: Mutex<(ContextV7, u64)>,
}

impl Ticker {
    pub fn new(clock: Box<dyn Clock>) -> Self {
        Self { clock, context: Mutex::new((ContextV7::new(), 0)) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// A UUIDv7: later ids of one process sort after earlier ones, unless the clock was put back by more than a moment.
    pub fn id(&self) -> Uuid {
        self.id_of(self.clock.now())
    }

    /// A new id, and its moment: now, or the last id's when the clock was put back by less than a second since.
    pub fn stamp(&self) -> (Uuid, DateTime<Utc>) {
        let now = self.now();
        let id = self.id_of(now);
        let moment = moment(id).filter(|moment| now.timestamp_millis() != moment.timestamp_millis());
        (id, moment.unwrap_or(now))
    }

    fn id_of(&self, now: DateTime<Utc>) -> Uuid {
        let milliseconds = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        // A poisoned lock means that another thread died while it took an id: the counter is as good as before.
        let mut context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if milliseconds + LEAP < context.1 {
            *context = (ContextV7::new(), 0);
        }
        context.1 = context.1.max(milliseconds);
        Uuid::new_v7(Timestamp::from_unix(&context.0, milliseconds / 1_000, now.timestamp_subsec_nanos()))
    }
}

/// When an id was made, to the millisecond; `None` when it is no UUIDv7.
#[must_use]
pub fn moment(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}

/// The first id that can be made at a moment, whoever makes it.
#[must_use]
pub fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or_default().min((1 << 48) - 1);
    Uuid::from_u128(u128::from(milliseconds) << 80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[derive(Debug)]
    struct Turned(std::sync::Arc<Mutex<DateTime<Utc>>>);

    impl Clock for Turned {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    /// Events are looked for by time among ids.
    #[test]
    fn an_id_is_of_its_moment_even_when_the_clock_is_put_back() {
        let noon = DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        let hand = std::sync::Arc::new(Mutex::new(noon));
        let ticker = Ticker::new(Box::new(Turned(hand.clone())));
        let (first, at) = ticker.stamp();
        assert_eq!(at, noon);
        *hand.lock().unwrap() = noon - TimeDelta::milliseconds(900);
        let (second, at) = ticker.stamp();
        assert!(second > first && at == noon.trunc_subsecs(3), "{at}");
        // Time does not stand still because of one leap.
        let earlier = noon - TimeDelta::hours(1);
        *hand.lock().unwrap() = earlier;
        let (third, at) = ticker.stamp();
        assert_eq!(at, earlier);
        for (id, at) in [(first, noon), (third, at)] {
            assert!(first_id(at) <= id && id < first_id(at + TimeDelta::milliseconds(1)));
        }
    }
}

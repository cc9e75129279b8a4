//! Counts who was not let in, so that nobody can flood the log: one event a minute for each, which says how often.

use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// How long no second event is written.
const QUIET: TimeDelta = TimeDelta::minutes(1);

/// How many are counted each by themselves.
const MOST: usize = 10_000;

/// How often it is looked at the most whether some of them can be forgotten.
const SWEEP: TimeDelta = TimeDelta::seconds(1);

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::access) enum Who {
    /// Somebody whom a good token names, by their id.
    Actor(String),
    /// An address; of IPv6 the whole network, in which one machine has as many addresses as it likes.
    Address(IpAddr),
    /// All for whom there was no room.
    Others,
}

impl From<IpAddr> for Who {
    fn from(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// Who was not let in, and when an event was last written about them.
#[derive(Debug, Default)]
pub(in crate::access) struct Rejections(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: HashMap<Who, Count>,
    swept: DateTime<Utc>,
}

#[derive(Debug)]
struct Count {
    since: DateTime<Utc>,
    more: u64,
}

impl Rejections {
    /// Counts one more. Whom an event should be about now and how many it stands for; `None` when one was written a
    /// moment ago.
    pub(in crate::access) fn count(&self, who: Who, now: DateTime<Utc>) -> Option<(Who, u64)> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counts.all.contains_key(&who) || counts.has_room(now);
        let who = if known { who } else { Who::Others };
        match counts.all.entry(who.clone()) {
            Entry::Occupied(known) if now - known.get().since < QUIET => {
                known.into_mut().more += 1;
                None
            }
            Entry::Occupied(mut known) => {
                let before = known.insert(Count { since: now, more: 0 });
                Some((who, before.more + 1))
            }
            Entry::Vacant(new) => {
                new.insert(Count { since: now, more: 0 });
                Some((who, 1))
            }
        }
    }
}

impl Counts {
    /// Whether there is room for one more, once those who stayed away are forgotten.
    fn has_room(&mut self, now: DateTime<Utc>) -> bool {
        if self.all.len() >= MOST && now - self.swept >= SWEEP {
            self.swept = now;
            self.all.retain(|who, count| *who == Who::Others || now - count.since < QUIET);
        }
        self.all.len() < MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> Who {
        IpAddr::from(number.to_be_bytes()).into()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let who = |text: &str| Who::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(who("2001:db8:1:2::1"), who("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(who("2001:db8:1:2::1"), who("2001:db8:1:3::1"));
        assert_eq!(who("::ffff:192.0.2.1"), who("192.0.2.1"));
        assert_ne!(who("192.0.2.1"), who("192.0.2.2"));
    }

    #[test]
    fn an_event_a_minute_says_how_often() {
        let rejections = Rejections::default();
        let who = address(1);
        assert_eq!(rejections.count(who.clone(), at(0)), Some((who.clone(), 1)));
        assert_eq!(rejections.count(who.clone(), at(1)), None);
        assert_eq!(rejections.count(who.clone(), at(59)), None);
        assert_eq!(rejections.count(address(2), at(59)), Some((address(2), 1)));
        assert_eq!(rejections.count(who.clone(), at(60)), Some((who, 3)));
    }

    #[test]
    fn from_however_many_addresses_memory_and_events_are_bounded() {
        let rejections = Rejections::default();
        let events = (0..30_000).filter_map(|number| rejections.count(address(number), at(0))).count();
        assert_eq!(events, MOST + 1);
        assert_eq!(rejections.0.lock().unwrap().all.len(), MOST + 1);
        // Who was counted by themselves still is; a minute later the others have an event for all of them.
        assert_eq!(rejections.count(address(0), at(59)), None);
        for number in 0..10_000 {
            rejections.count(address(number), at(60));
        }
        assert_eq!(rejections.count(address(20_000), at(61)), Some((Who::Others, 20_000)));
        // Those who stayed away make room.
        assert_eq!(rejections.count(address(20_000), at(180)), Some((address(20_000), 1)));
        assert_eq!(rejections.0.lock().unwrap().all.len(), 2);
    }
}

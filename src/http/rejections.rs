//! Counts who was not let in, so that nobody can flood the log: one event a minute for each, which says how often.

use crate::policy::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{ActorKind, AuditOutcome};
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

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Why {
    /// Nobody vouches for them.
    Unauthenticated,
    /// They may do nothing here.
    Forbidden,
    /// It cannot be found out right now: our own trouble.
    Unavailable,
}

impl Why {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    pub(super) const fn outcome(self) -> AuditOutcome {
        match self {
            Self::Unauthenticated | Self::Forbidden => AuditOutcome::Denied,
            Self::Unavailable => AuditOutcome::Failed,
        }
    }
}

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// Somebody whom a good token names.
    Bearer { kind: ActorKind, issuer: String, subject: String },
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

impl From<&Actor> for Who {
    fn from(bearer: &Actor) -> Self {
        Self::Bearer { kind: bearer.kind, issuer: bearer.issuer.clone(), subject: bearer.subject.clone() }
    }
}

/// What an event is to say: who was not let in, why, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) who: Who,
    pub(super) why: Why,
    pub(super) count: u64,
}

/// Who was not let in, and when an event was last written about them.
#[derive(Debug, Default)]
pub(super) struct Rejections(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: HashMap<(Who, Why), Count>,
    swept: DateTime<Utc>,
}

#[derive(Debug)]
struct Count {
    since: DateTime<Utc>,
    more: u64,
}

impl Count {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        now - self.since >= QUIET
    }
}

impl Rejections {
    /// Counts one more. What an event should say now; `None` when one was written a moment ago.
    pub(super) fn count(&self, who: Who, why: Why, now: DateTime<Utc>) -> Option<Told> {
        let mut counts = self.counts();
        let key = (who, why);
        let known = counts.all.contains_key(&key) || counts.has_room(now);
        let (who, why) = if known { key } else { (Who::Others, why) };
        match counts.all.entry((who.clone(), why)) {
            Entry::Occupied(known) if !known.get().is_over(now) => {
                known.into_mut().more += 1;
                None
            }
            Entry::Occupied(mut known) => {
                let before = known.insert(Count { since: now, more: 0 });
                Some(Told { who, why, count: before.more + 1 })
            }
            Entry::Vacant(new) => {
                new.insert(Count { since: now, more: 0 });
                Some(Told { who, why, count: 1 })
            }
        }
    }

    /// What events should say of those who stayed away since they were last counted.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Vec<Told> {
        let mut due = Vec::new();
        self.counts().all.retain(|(who, why), count| {
            if !count.is_over(now) {
                return true;
            }
            let more = std::mem::take(&mut count.more);
            count.since = now;
            if more > 0 {
                due.push(Told { who: who.clone(), why: *why, count: more });
            }
            more > 0
        });
        due
    }

    /// What events should say of everybody before the count is given up.
    pub(super) fn rest(&self) -> Vec<Told> {
        let rest = std::mem::take(&mut self.counts().all).into_iter();
        let told = |((who, why), count): ((Who, Why), Count)| Told { who, why, count: count.more };
        rest.map(told).filter(|told| told.count > 0).collect()
    }

    /// Counts again what could not be written. The next who comes is to be written at once.
    pub(super) fn give_back(&self, told: Vec<Told>) {
        let mut counts = self.counts();
        for told in told {
            let since = DateTime::UNIX_EPOCH;
            let count = counts.all.entry((told.who, told.why)).or_insert(Count { since, more: 0 });
            *count = Count { since, more: count.more + told.count };
        }
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Whether there is room for one more, once those who stayed away are forgotten.
    fn has_room(&mut self, now: DateTime<Utc>) -> bool {
        if self.all.len() >= MOST && now - self.swept >= SWEEP {
            self.swept = now;
            self.all.retain(|_, count| count.more > 0 || !count.is_over(now));
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

    /// One more from there at that second: how many an event stands for, if there is one.
    fn from(rejections: &Rejections, who: &Who, seconds: i64) -> Option<u64> {
        let told = rejections.count(who.clone(), Why::Unauthenticated, at(seconds))?;
        assert!([who, &Who::Others].contains(&&told.who));
        Some(told.count)
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
        assert_eq!(from(&rejections, &who, 0), Some(1));
        assert_eq!(from(&rejections, &who, 1), None);
        assert_eq!(from(&rejections, &who, 59), None);
        assert_eq!(from(&rejections, &address(2), 59), Some(1));
        // For another reason it is another count.
        assert_eq!(rejections.count(who.clone(), Why::Unavailable, at(59)).unwrap().count, 1);
        assert_eq!(from(&rejections, &who, 60), Some(3));
    }

    #[test]
    fn of_those_who_stay_away_an_event_says_how_often_they_came() {
        let rejections = Rejections::default();
        for second in 0..5 {
            from(&rejections, &address(1), second);
        }
        from(&rejections, &address(2), 5);
        assert_eq!(rejections.due(at(59)), []);
        let told = Told { who: address(1), why: Why::Unauthenticated, count: 4 };
        assert_eq!(rejections.due(at(65)), std::slice::from_ref(&told));
        // Written, it counts from there; not written, it is told again.
        assert_eq!(from(&rejections, &address(1), 66), None);
        rejections.give_back(vec![told]);
        assert_eq!(from(&rejections, &address(1), 67), Some(6));
        assert_eq!(rejections.rest(), []);
    }

    #[test]
    fn from_however_many_addresses_memory_and_events_are_bounded() {
        let rejections = Rejections::default();
        let events = (0..30_000).filter(|number| from(&rejections, &address(*number), 0).is_some()).count();
        assert_eq!(events, MOST + 1);
        assert_eq!(rejections.counts().all.len(), MOST + 1);
        // Who was counted by themselves still is; a minute later the others have an event for all of them.
        assert_eq!(from(&rejections, &address(0), 59), None);
        for number in 0..10_000 {
            from(&rejections, &address(number), 60);
        }
        assert_eq!(from(&rejections, &address(20_000), 61), Some(20_000));
        // Those who stayed away make room.
        assert_eq!(rejections.due(at(180)), []);
        assert_eq!(rejections.counts().all.len(), 0);
    }
}

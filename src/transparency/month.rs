//! A month of the log, and that one left the database.

use super::{
    note::{self, SigningKeys, Unfit},
    tree::Digest,
};
use crate::clock::{first_id, moment};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use sha2::{Digest as _, Sha256};
use std::{fmt, ops::Range, str::FromStr};
use uuid::Uuid;

/// A month, in UTC. The events of it are those whose ids were made in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The one that a moment is in; `None` for one that is written with more than four digits.
    #[must_use]
    pub fn at(moment: DateTime<Utc>) -> Option<Self> {
        moment.date_naive().with_day(1).filter(|day| (1970..10_000).contains(&day.year())).map(Self)
    }

    /// The one that an id was made in; `None` when it is no UUIDv7.
    #[must_use]
    pub fn of(id: Uuid) -> Option<Self> {
        Self::at(moment(id)?)
    }

    /// The ids of its events.
    #[must_use]
    pub fn ids(self) -> Range<Uuid> {
        let first = |day: NaiveDate| first_id(day.and_time(NaiveTime::MIN).and_utc());
        first(self.0)..first(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }
}

impl fmt::Display for Month {
    /// As in ISO 8601: `2026-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// What is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-01")]
pub struct NoMonth;

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        if text.len() != 7 {
            return Err(NoMonth);
        }
        NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map(Self).map_err(|_| NoMonth)
    }
}

/// The places that the events of a month have in the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Places {
    pub count: u64,
    /// SHA-256 over the same of those before, the last place in eight bytes, and its leaf; zeros of none.
    pub chain: Digest,
}

impl Places {
    /// The next one.
    pub fn push(&mut self, place: u64, leaf: Digest) {
        let chain = Sha256::new().chain_update(self.chain).chain_update(place.to_be_bytes());
        *self = Self { count: self.count + 1, chain: chain.chain_update(leaf).finalize().into() };
    }
}

/// That all events of a month left the database: what an event of the log says that it was about, signed as the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detached {
    pub month: Month,
    /// Where they are in the tree.
    pub places: Places,
}

impl Detached {
    /// The operation of such an event.
    pub const OPERATION: &'static str = "detachMonth";

    /// What takes it back that a month was said to be detached: it stays. A signed note of two lines.
    ///
    /// # Errors
    /// Never in practice: each key has signed before.
    pub fn keep(month: Month, keys: &SigningKeys) -> Result<String, Unfit> {
        keys.sign_text(format!("{}/kept\n{month}\n", keys.origin()).as_bytes())
    }

    /// The month of which one of these keys has signed that it stays; whoever has, when none is named.
    #[must_use]
    pub fn kept(note: &str, trusted: &[String]) -> Option<Month> {
        let text = signed_as("/kept", note, trusted)?;
        let mut lines = text.lines().skip(1);
        let month = lines.next()?.parse().ok()?;
        lines.next().is_none().then_some(month)
    }

    /// As a signed note: on four lines what it is about, the month, how many events it had, and the chain of their places in base64.
    ///
    /// # Errors
    /// Never in practice: each key has signed before.
    pub fn sign(&self, keys: &SigningKeys) -> Result<String, Unfit> {
        let Self { month, places: Places { count, chain } } = self;
        let text = format!("{}/detached\n{month}\n{count}\n{}\n", keys.origin(), STANDARD.encode(chain));
        keys.sign_text(text.as_bytes())
    }

    /// What a note says that one of these keys has signed; whoever has, when none is named. `None` for any other text.
    #[must_use]
    pub fn open(note: &str, trusted: &[String]) -> Option<Self> {
        let text = signed_as("/detached", note, trusted)?;
        let mut lines = text.lines().skip(1);
        let month = lines.next()?.parse().ok()?;
        let count = lines.next()?.parse().ok()?;
        let chain = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        lines.next().is_none().then_some(Self { month, places: Places { count, chain } })
    }
}

/// A note's text, whose first line is the name of the log and this, as that log's own key has signed it.
fn signed_as(what: &str, note: &str, trusted: &[String]) -> Option<String> {
    let (text, names) = note::open_text(note.as_bytes(), trusted)?;
    let origin = text.lines().next()?.strip_suffix(what)?;
    (trusted.is_empty() || names.iter().any(|name| name == origin)).then(|| text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn keys(seed: u8) -> SigningKeys {
        SigningKeys::parse(&SigningKeys::generate("log.example", &Zeroizing::new([seed; 32])).unwrap())
            .unwrap()
    }

    #[test]
    fn a_month_is_that_of_its_ids_and_written_as_it_is_read() {
        let month = "2026-12".parse::<Month>().unwrap();
        assert_eq!(month.to_string(), "2026-12");
        let Range { start, end } = month.ids();
        let in_it = |id: Uuid| Uuid::from_u128(id.as_u128() | (7 << 76) | (2 << 62));
        let before = |id: Uuid| in_it(Uuid::from_u128(id.as_u128() - (1 << 80)));
        assert_eq!(Month::of(in_it(start)), Some(month));
        assert_eq!(Month::of(before(end)), Some(month));
        assert_eq!(Month::of(in_it(end)).unwrap().to_string(), "2027-01");
        assert_eq!(Month::of(before(start)).unwrap().to_string(), "2026-11");
        // One that cannot be written so is none.
        assert_eq!(Month::of(in_it(Uuid::from_u128(u128::MAX << 80))), None);
        for text in ["", "2026-13", "2026-1", "+2026-01", "2026-01-01", "26-01"] {
            assert_eq!(text.parse::<Month>(), Err(NoMonth), "{text}");
        }
    }

    #[test]
    fn what_was_detached_is_what_the_logs_own_key_has_signed() {
        let mut places = Places::default();
        places.push(7, [1; 32]);
        let detached = Detached { month: "2026-01".parse().unwrap(), places };
        let note = detached.sign(&keys(1)).unwrap();
        assert_eq!(Detached::open(&note, keys(1).verifier_keys()), Some(detached));
        assert_eq!(Detached::open(&note, &[]), Some(detached));
        assert_eq!(Detached::open(&note, keys(2).verifier_keys()), None);
        let forged = note.replace("2026-01", "2026-02");
        assert_eq!(Detached::open(&forged, keys(1).verifier_keys()), None);
        // That it stays is signed as well, and is another word.
        let kept = Detached::keep(detached.month, &keys(1)).unwrap();
        assert_eq!(Detached::kept(&kept, keys(1).verifier_keys()), Some(detached.month));
        assert_eq!(Detached::kept(&kept, keys(2).verifier_keys()), None);
        assert_eq!((Detached::open(&kept, &[]), Detached::kept(&note, &[])), (None, None));
        // It is no word about the tree, nor is one about the tree such a note.
        assert!(
            note::open(note.as_bytes(), keys(1).verifier_keys()).is_err()
                && note::read(note.as_bytes()).is_err()
        );
        let signed = keys(1).sign(7, [0; 32]).unwrap();
        assert_eq!(Detached::open(&signed, keys(1).verifier_keys()), None);
    }

    /// Another place, another leaf, or another order are another chain.
    #[test]
    fn a_chain_is_of_these_places_in_this_order() {
        let chain = |all: &[(u64, u8)]| {
            let mut places = Places::default();
            for (place, leaf) in all {
                places.push(*place, [*leaf; 32]);
            }
            places.chain
        };
        let all = [&[(1, 1), (2, 2)][..], &[(2, 2), (1, 1)], &[(1, 1), (3, 2)], &[(1, 1), (2, 3)], &[(1, 1)]];
        let chains = all.map(chain).into_iter().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(chains.len(), all.len());
    }

    /// A key that was replaced is still known by its verifier key.
    #[test]
    fn what_a_former_key_has_signed_stands() {
        let line = |seed: u8| SigningKeys::generate("log.example", &Zeroizing::new([seed; 32])).unwrap();
        let former = keys(1).verifier_keys()[0].clone();
        let now = SigningKeys::parse(&format!("{}{former}\n", *line(2))).unwrap();
        assert_eq!(now.verifier_keys(), [keys(2).verifier_keys(), keys(1).verifier_keys()].concat());
        let old = keys(1).sign(3, [1; 32]).unwrap();
        assert!(note::open(old.as_bytes(), now.verifier_keys()).is_ok());
        // It signs no more.
        assert!(note::open(now.sign(4, [1; 32]).unwrap().as_bytes(), std::slice::from_ref(&former)).is_err());
        assert_eq!(SigningKeys::parse(&former).unwrap_err(), Unfit::NoKey);
    }
}

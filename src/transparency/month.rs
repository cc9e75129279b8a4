//! A month of the log.

use crate::clock::{first_id, moment};
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use std::{fmt, ops::Range, str::FromStr};
use uuid::Uuid;

/// A month, in UTC. The events of it are those whose ids were made in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The one that a moment is in; `None` for one that is beyond all calendars.
    #[must_use]
    pub fn at(moment: DateTime<Utc>) -> Option<Self> {
        moment.date_naive().with_day(1).map(Self)
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

/// That the events of a month left the database, and how many these were: what an event of the log says it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detached {
    pub month: Month,
    pub events: u64,
}

impl Detached {
    /// The operation of such an event.
    pub const OPERATION: &'static str = "detachMonth";
}

impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.month, self.events)
    }
}

impl FromStr for Detached {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let (month, events) = text.split_once(": ").ok_or(NoMonth)?;
        Ok(Self { month: month.parse()?, events: events.parse().map_err(|_| NoMonth)? })
    }
}

//! Until when a customer must have an answer: Art. 12(3) GDPR, by the rules for periods of Regulation (EEC, Euratom)
//! 1182/71. Pure: the same facts give the same day.

use super::holidays::working_day_from;
use crate::domain::period::{day_of, start_of};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use jiff::tz::TimeZone;

/// The last day to answer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    pub day: NaiveDate,
    /// The end of that day where the company is: what is answered before it is in time.
    pub over_at: DateTime<Utc>,
}

/// The time that one extension gives, on top of the first month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    OneMonth,
    TwoMonths,
}

/// A time in which the customer was awaited, to say who they are (Art. 12(6)) or what they mean (recital 63).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When they were asked.
    pub from: DateTime<Utc>,
    /// When they answered; `None` while it lasts.
    pub to: Option<DateTime<Utc>>,
}

/// All that decides when one request is due.
#[derive(Clone, Debug)]
pub struct Clock<'a> {
    pub received_at: DateTime<Utc>,
    /// There is one at most.
    pub extension: Option<Extension>,
    /// In any order.
    pub pauses: &'a [Pause],
    /// Where the company is.
    pub zone: &'a TimeZone,
}

/// Why the time cannot be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotExtend {
    #[error("The time has been extended before, which is possible once.")]
    Already,
    #[error("The first month is over, within which an extension has to be decided and told (Art. 12(3)).")]
    TooLate,
}

/// When a request that was received then is due if nothing stops the clock and nothing extends the time: a month later.
/// `None` beyond the calendar's end.
#[must_use]
pub fn due(received_at: DateTime<Utc>, zone: &TimeZone) -> Option<Deadline> {
    Clock { received_at, extension: None, pauses: &[], zone }.due(received_at)
}

impl Extension {
    /// One month or two, as Art. 12(3) allows.
    #[must_use]
    pub const fn of_months(months: i64) -> Option<Self> {
        match months {
            1 => Some(Self::OneMonth),
            2 => Some(Self::TwoMonths),
            _ => None,
        }
    }

    /// How many months it gives.
    #[must_use]
    pub const fn months(self) -> u32 {
        match self {
            Self::OneMonth => 1,
            Self::TwoMonths => 2,
        }
    }
}

impl Deadline {
    fn on(day: NaiveDate, zone: &TimeZone) -> Option<Self> {
        Some(Self { day, over_at: start_of(day.succ_opt()?, zone)? })
    }

    /// Whether it has passed.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.over_at <= now
    }

    /// Whole days from today to the last day: 0 on that day, and below once it has passed.
    #[must_use]
    pub fn days_left(&self, now: DateTime<Utc>, zone: &TimeZone) -> i64 {
        (self.day - day_of(now, zone)).num_days()
    }
}

impl Clock<'_> {
    /// When the request is due; while the clock stands still, when it would be if it went on now, which is never before
    /// today. `None` beyond the calendar's end.
    ///
    /// A period in months ends with the last hour of the day that has the number of the day of receipt, or of the month's
    /// last day where there is no such day (Regulation 1182/71, Art. 3(1) and (2)(c); Court of Justice, C-171/03, Toeters).
    /// An extension counts from receipt as well: three months in all at most, and not two from where the first ended.
    /// If the period ends on a day that is no working day, it ends with the next one (Art. 3(4)).
    ///
    /// In between, pauses move its end by as many days as they are long (EDPB, Guidelines 01/2022, section 5.3: the time
    /// is suspended until the customer has given what they were asked for). Their days are counted as the days of any
    /// period: without the day on which the customer was asked, and with the one on which they answered (Art. 3(1)), so
    /// that a question that is answered the same day moves nothing. Days on which two pauses lie count once. A pause that
    /// begins when the time is over does not bring it back.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Option<Deadline> {
        self.run(now).map(|(due, _)| due)
    }

    /// Since when the clock has been standing still; `None` when it runs, or has run out.
    #[must_use]
    pub fn paused_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.run(now).and_then(|(_, paused_since)| paused_since)
    }

    /// Whether more time can be given at this moment: once, and only until the first month is over, with its pauses
    /// (Art. 12(3): the customer is told within that month, and why).
    ///
    /// # Errors
    /// When it has been given before, or it is too late for it.
    pub fn may_extend(&self, now: DateTime<Utc>) -> Result<(), CannotExtend> {
        if self.extension.is_some() {
            return Err(CannotExtend::Already);
        }
        match self.due(now) {
            Some(first) if first.is_over(now) => Err(CannotExtend::TooLate),
            _ => Ok(()),
        }
    }

    fn run(&self, now: DateTime<Utc>) -> Option<(Deadline, Option<DateTime<Utc>>)> {
        let received = day_of(self.received_at, self.zone);
        let months = 1 + self.extension.map_or(0, Extension::months);
        // In a month without that day it is the month's last.
        let mut end = received.checked_add_months(Months::new(months))?;
        let mut pauses = self.pauses.to_vec();
        pauses.sort_by_key(|pause| pause.from);
        let (mut counted_to, mut paused_since) = (received, None);
        for pause in pauses {
            let asked = day_of(pause.from, self.zone).max(counted_to);
            if asked > working_day_from(end)? {
                break;
            }
            let answered = day_of(pause.to.unwrap_or(now), self.zone).max(asked);
            // Once the end is being moved to a working day no days are left: a pause keeps it from passing, and gives none.
            end = end.max(asked).checked_add_days(days_between(asked, answered))?;
            counted_to = answered;
            if pause.to.is_none() {
                paused_since = paused_since.or(Some(pause.from));
            }
        }
        Some((Deadline::on(working_day_from(end)?, self.zone)?, paused_since))
    }
}

fn days_between(from: NaiveDate, to: NaiveDate) -> Days {
    Days::new(u64::try_from((to - from).num_days()).unwrap_or(0))
}

#[cfg(test)]
mod tests;

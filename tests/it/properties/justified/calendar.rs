//! Lengths of time and the days of Sweden, worked out by hand: nothing here is the program's.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A length of time, in writing and in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    pub text: &'static str,
    months: u32,
    days: u64,
    hours: i64,
}

const fn length(text: &'static str, months: u32, days: u64, hours: i64) -> Length {
    Length { text, months, days, hours }
}

/// Those that graces and retention have here.
pub const LENGTHS: [Length; 12] = [
    length("P0D", 0, 0, 0),
    length("PT12H", 0, 0, 12),
    length("PT36H", 0, 0, 36),
    length("P1D", 0, 1, 0),
    length("P2W", 0, 14, 0),
    length("P30D", 0, 30, 0),
    length("P1M", 1, 0, 0),
    length("P3M", 3, 0, 0),
    length("P1M1DT6H", 1, 1, 6),
    length("P1Y", 12, 0, 0),
    length("P2Y", 24, 0, 0),
    length("P7Y", 84, 0, 0),
];

/// How long a prospect is kept.
pub const PROSPECT: Length = length("P90D", 0, 90, 0);

impl Length {
    /// Its end after a moment: days, months and years run to the end of the last day, hours to the moment.
    pub fn after(self, start: DateTime<Utc>) -> DateTime<Utc> {
        if self.months == 0 && self.days == 0 {
            start + TimeDelta::hours(self.hours)
        } else {
            self.after_day(day_of(start))
        }
    }

    /// Its end after a whole day.
    pub fn after_day(self, day: NaiveDate) -> DateTime<Utc> {
        let last = day + Months::new(self.months) + Days::new(self.days);
        midnight(last + Days::new(1)) + TimeDelta::hours(self.hours)
    }

    /// A day from which it ends about `day`.
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        day - Months::new(self.months) - Days::new(self.days)
    }
}

/// When a day begins in Sweden.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let (spring, autumn) = (last_sunday(day.year(), 3), last_sunday(day.year(), 10));
    // Clocks are turned after midnight, on those Sundays themselves.
    let summer = spring < day && day <= autumn;
    day.and_time(NaiveTime::MIN).and_utc() - offset(summer)
}

/// The day that it is in Sweden.
pub fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    let turned = |month| last_sunday(moment.year(), month).and_time(NaiveTime::MIN).and_utc() + offset(false);
    let summer = turned(3) <= moment && moment < turned(10);
    (moment + offset(summer)).date_naive()
}

/// Ahead of UTC. Clocks are turned at one o'clock by UTC, an hour being the offset of winter.
fn offset(summer: bool) -> TimeDelta {
    TimeDelta::hours(if summer { 2 } else { 1 })
}

/// Of March or October, which have 31 days.
fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - Days::new(last.weekday().num_days_from_sunday().into())
}

#[test]
fn the_clocks_of_sweden_are_turned() {
    let utc = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(midnight(day("2026-03-29")), utc("2026-03-28T23:00:00Z"));
    assert_eq!(midnight(day("2026-03-30")), utc("2026-03-29T22:00:00Z"));
    assert_eq!(midnight(day("2026-10-25")), utc("2026-10-24T22:00:00Z"));
    assert_eq!(midnight(day("2026-10-26")), utc("2026-10-25T23:00:00Z"));
    for at in ["2026-01-01", "2026-03-29", "2026-03-30", "2026-07-01", "2026-10-25", "2026-10-26"] {
        assert_eq!(day_of(midnight(day(at))), day(at));
        assert_eq!(day_of(midnight(day(at)) - TimeDelta::microseconds(1)), day(at) - Days::new(1));
    }
}

//! Lengths of time by the calendar: ISO 8601 durations such as `P7Y`, `P30D`, `PT15M`.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use entity::enums::Locale;
use jiff::{Span, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// A length of time that is not negative.
#[derive(Clone, Copy, Debug)]
pub struct Period(Span);

/// Not such a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Give a length of time in ISO 8601, such as P30D, P7Y or PT15M, of at most 100 years.")]
pub struct NotAPeriod;

impl Period {
    /// Reads an ISO 8601 duration.
    ///
    /// # Errors
    /// When it is none, is negative, or is longer than a century.
    pub fn parse(text: &str) -> Result<Self, NotAPeriod> {
        let span = written(text).ok_or(NotAPeriod)?;
        let start = jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0);
        let end = start.checked_add(span).map_err(|_| NotAPeriod)?;
        if end.year() > 2100 {
            return Err(NotAPeriod);
        }
        Ok(Self(span))
    }

    /// Whether it has the form of one, of whatever length.
    #[must_use]
    pub fn is_written_right(text: &str) -> bool {
        written(text).is_some()
    }

    /// The end of this long after `start`. A length in days, months or years runs to the end of its last day, by
    /// the calendar of `zone` (Regulation 1182/71, art. 3); one in hours or minutes, and none at all, to the moment.
    /// `None` beyond the calendar's end.
    #[must_use]
    pub fn after(&self, start: DateTime<Utc>, zone: &TimeZone) -> Option<DateTime<Utc>> {
        let start = Timestamp::from_microsecond(start.timestamp_micros()).ok()?.to_zoned(zone.clone());
        let (days, time) = self.parts();
        if days.is_zero() { plus(&start, time) } else { self.after_date(start.date(), zone) }
    }

    /// The end of this long after a whole day. Hours and minutes count from the day's end, and so does none at all.
    #[must_use]
    pub fn after_day(&self, day: NaiveDate, zone: &TimeZone) -> Option<DateTime<Utc>> {
        self.after_date(date_of(day)?, zone)
    }

    fn after_date(&self, day: Date, zone: &TimeZone) -> Option<DateTime<Utc>> {
        let (days, time) = self.parts();
        let over = day.checked_add(days).ok()?.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
        plus(&over, time)
    }

    /// In words, such as "30 dagar"; `None` for no time at all.
    #[must_use]
    pub fn in_words(&self, locale: Locale) -> Option<String> {
        let Self(span) = self;
        let units: [(i64, [&str; 2], [&str; 2]); 7] = [
            (span.get_years().into(), ["år", "år"], ["year", "years"]),
            (span.get_months().into(), ["månad", "månader"], ["month", "months"]),
            (span.get_weeks().into(), ["vecka", "veckor"], ["week", "weeks"]),
            (span.get_days().into(), ["dag", "dagar"], ["day", "days"]),
            (span.get_hours().into(), ["timme", "timmar"], ["hour", "hours"]),
            (span.get_minutes(), ["minut", "minuter"], ["minute", "minutes"]),
            (span.get_seconds(), ["sekund", "sekunder"], ["second", "seconds"]),
        ];
        let said = units.into_iter().filter(|(count, ..)| *count > 0).map(|(count, sv, en)| {
            let [one, many] = match locale {
                Locale::Sv => sv,
                Locale::En => en,
            };
            format!("{count} {}", if count == 1 { one } else { many })
        });
        let said = said.collect::<Vec<_>>();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// The parts that count days and those that count hours.
    fn parts(&self) -> (Span, Span) {
        let Self(span) = self;
        let days = Span::new()
            .years(span.get_years())
            .months(span.get_months())
            .weeks(span.get_weeks())
            .days(span.get_days());
        let time =
            Span::new().hours(span.get_hours()).minutes(span.get_minutes()).seconds(span.get_seconds());
        (days, time)
    }

    /// The latest start from which this long has passed by `now`: a period that began later still runs.
    ///
    /// Adding months to a date never turns an order round, but is not one to one (31 January and 28 January lead to
    /// 28 February), so the way back is searched for rather than subtracted.
    #[must_use]
    pub fn began_by(&self, now: DateTime<Utc>, zone: &TimeZone) -> DateTime<Utc> {
        let over = |start: DateTime<Utc>| self.after(start, zone).is_some_and(|end| end <= now);
        let (mut low, mut high) = (TimeDelta::days(37_200).num_microseconds().unwrap_or(i64::MAX), -1);
        let at = |micros: i64| now - TimeDelta::microseconds(micros);
        // Invariant: over(at(low)), and not over(at(high)); both are distances into the past.
        while low - high > 1 {
            let middle = high + (low - high) / 2;
            if over(at(middle)) { low = middle } else { high = middle }
        }
        at(low)
    }
}

fn written(text: &str) -> Option<Span> {
    // jiff reads friendlier forms, too; the contract is ISO 8601 in capitals.
    if !text.starts_with('P') || text.bytes().any(|b| b.is_ascii_lowercase()) {
        return None;
    }
    // Nothing here is counted in less than seconds: what cannot be kept is not taken.
    let fraction = |span: &Span| {
        span.get_milliseconds() != 0 || span.get_microseconds() != 0 || span.get_nanoseconds() != 0
    };
    text.parse().ok().filter(|span: &Span| !span.is_negative() && !fraction(span))
}

/// The day in the company's time zone.
#[must_use]
pub fn today(now: DateTime<Utc>, zone: &TimeZone) -> Date {
    Timestamp::from_microsecond(now.timestamp_micros())
        .map(|now| now.to_zoned(zone.clone()).date())
        .unwrap_or_default()
}

/// The same, as rows carry days.
#[must_use]
pub fn day_of(moment: DateTime<Utc>, zone: &TimeZone) -> NaiveDate {
    let day = today(moment, zone);
    let month = u32::from(day.month().unsigned_abs());
    NaiveDate::from_ymd_opt(i32::from(day.year()), month, u32::from(day.day().unsigned_abs()))
        .unwrap_or_default()
}

/// A moment as a clock where the company is shows it: `2026-03-29 14:05`.
#[must_use]
pub fn time_of(moment: DateTime<Utc>, zone: &TimeZone) -> String {
    let at = Timestamp::from_microsecond(moment.timestamp_micros());
    at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// When a day begins in the company's time zone; `None` beyond the calendar's ends.
#[must_use]
pub fn start_of(day: NaiveDate, zone: &TimeZone) -> Option<DateTime<Utc>> {
    plus(&date_of(day)?.to_zoned(zone.clone()).ok()?, Span::new())
}

fn date_of(day: NaiveDate) -> Option<Date> {
    let (month, date) = (i8::try_from(day.month()).ok()?, i8::try_from(day.day()).ok()?);
    Date::new(i16::try_from(day.year()).ok()?, month, date).ok()
}

fn plus(start: &Zoned, time: Span) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(start.checked_add(time).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reads_iso_8601_and_nothing_else() {
        for good in ["P30D", "P7Y", "PT15M", "P0D", "P1Y2M3DT4H", "P2W"] {
            assert!(Period::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "30D", "-P1D", "P-1D", "P", "7 years", "p7y", "P101Y", "P1", "PT0.5S"] {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let month = Period::parse("P1M").unwrap();
        let zone = TimeZone::UTC;
        assert_eq!(month.after(utc("2025-01-31T12:00:00Z"), &zone), Some(utc("2025-03-01T00:00:00Z")));
        assert_eq!(month.began_by(utc("2025-03-01T00:00:00Z"), &zone), utc("2025-01-31T23:59:59.999999Z"));
        let none = Period::parse("P0D").unwrap();
        assert_eq!(none.after(utc("2025-01-31T12:00:00Z"), &zone), Some(utc("2025-01-31T12:00:00Z")));
    }

    proptest! {
        #[test]
        fn began_by_divides_what_is_over_from_what_runs(
            seconds in 1_500_000_000i64..1_900_000_000,
            text in prop::sample::select(vec!["P0D", "P1M", "P30D", "P7Y", "PT15M", "P1Y1M1DT1H"]),
        ) {
            let zone = TimeZone::get("Europe/Stockholm").unwrap();
            let (now, period) = (DateTime::from_timestamp(seconds, 0).unwrap(), Period::parse(text).unwrap());
            let edge = period.began_by(now, &zone);
            prop_assert!(period.after(edge, &zone).unwrap() <= now);
            prop_assert!(period.after(edge + TimeDelta::microseconds(1), &zone).unwrap() > now);
        }
    }
}

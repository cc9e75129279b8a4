//! Which days are working days in Sweden.
//!
//! Regulation (EEC, Euratom) 1182/71 means by public holidays those that the law of the Member State designates as such
//! (Art. 2(1)), and by working days all others but Saturdays and Sundays (Art. 2(2)). In Sweden the law is lag (1989:253)
//! om allmänna helgdagar, here as it has been since 1 April 2005.
//!
//! Midsummer's Eve, Christmas Eve and New Year's Eve are working days here. They are not among the days of that law; lag
//! (1930:173) om beräkning av lagstadgad tid, 2 §, moves what is due on them, but that is for periods of Swedish law, and
//! the period of Art. 12(3) GDPR is one of the Union's. The list that Sweden sends to the Commission for publication may
//! name them all the same. Where it can be doubted whether a day moves a deadline the earlier one is kept: it is in time
//! under either reading.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Whether it is one of the public holidays that the law names, on whatever day of the week. Of other Sundays, which the
/// law counts among them, [`is_working_day`] knows.
#[must_use]
pub fn is_public_holiday(day: NaiveDate) -> bool {
    let is_saturday = day.weekday() == Weekday::Sat;
    match (day.month(), day.day()) {
        // Nyårsdagen, trettondedag jul, första maj, nationaldagen, juldagen, annandag jul.
        (1, 1 | 6) | (5, 1) | (6, 6) | (12, 25 | 26) => true,
        // Midsommardagen and alla helgons dag.
        (6, 20..=26) | (10, 31) | (11, 1..=6) if is_saturday => true,
        _ => moves_with_easter(day),
    }
}

/// Whether work is done on it: neither a Saturday nor a Sunday nor a public holiday.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_public_holiday(day)
}

/// The day itself if it is a working day, else the next that is; `None` beyond the calendar's end.
#[must_use]
pub fn working_day_from(day: NaiveDate) -> Option<NaiveDate> {
    day.iter_days().find(|day| is_working_day(*day))
}

/// Långfredagen, påskdagen, annandag påsk, Kristi himmelsfärdsdag (the sixth Thursday after Easter), pingstdagen (the
/// seventh Sunday after it).
fn moves_with_easter(day: NaiveDate) -> bool {
    easter(day.year()).is_some_and(|easter| matches!((day - easter).num_days(), -2 | 0 | 1 | 39 | 49))
}

/// Easter Sunday, by the anonymous Gregorian computus (Meeus, Jones, Butcher).
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let lunar = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - lunar + 15).rem_euclid(30);
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    // Counted from 22 March, the earliest that it can be.
    let days = u64::try_from(epact + weekday - 7 * late).ok()?;
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(Days::new(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_when_it_is() {
        for known in [
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2016-03-27",
            "2023-04-09",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            // The latest and the earliest that it can be, and the two exceptions of the Gregorian calendar.
            "2038-04-25",
            "2285-03-22",
            "1954-04-18",
            "1981-04-19",
        ] {
            assert_eq!(easter(day(known).year()), Some(day(known)));
        }
    }

    #[test]
    fn the_holidays_of_a_year_are_those_of_the_law() {
        let of = |year: i32| {
            let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
            let days = days.take_while(move |day| day.year() == year).filter(|day| is_public_holiday(*day));
            days.map(|day| day.format("%d/%m").to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(2024), "01/01 06/01 29/03 31/03 01/04 01/05 09/05 19/05 06/06 22/06 02/11 25/12 26/12");
        assert_eq!(of(2025), "01/01 06/01 18/04 20/04 21/04 01/05 29/05 06/06 08/06 21/06 01/11 25/12 26/12");
        assert_eq!(of(2026), "01/01 06/01 03/04 05/04 06/04 01/05 14/05 24/05 06/06 20/06 31/10 25/12 26/12");
        assert_eq!(of(2027), "01/01 06/01 26/03 28/03 29/03 01/05 06/05 16/05 06/06 26/06 06/11 25/12 26/12");
        // Ascension Day on the first of May.
        assert_eq!(of(2008), "01/01 06/01 21/03 23/03 24/03 01/05 11/05 06/06 21/06 01/11 25/12 26/12");
    }

    #[test]
    fn eves_are_working_days_and_the_days_between_are_not() {
        for eve in ["2025-06-20", "2025-12-24", "2025-12-31", "2026-04-30", "2026-01-05", "2026-04-02"] {
            assert!(is_working_day(day(eve)), "{eve}");
        }
        for (from, next) in [
            ("2025-12-24", "2025-12-24"),
            ("2025-12-25", "2025-12-29"),
            ("2026-12-25", "2026-12-28"),
            ("2027-12-25", "2027-12-27"),
            ("2024-12-25", "2024-12-27"),
            ("2026-04-03", "2026-04-07"),
            ("2026-05-14", "2026-05-15"),
            ("2025-06-06", "2025-06-09"),
            ("2026-01-01", "2026-01-02"),
            ("2026-01-06", "2026-01-07"),
        ] {
            assert_eq!(working_day_from(day(from)), Some(day(next)), "{from}");
        }
    }

    #[test]
    fn nothing_is_found_beyond_the_calendar() {
        let last = NaiveDate::MAX.pred_opt().unwrap();
        assert!(working_day_from(last).is_none_or(|day| day == last));
    }
}

//! Days that can be looked up in a calendar, and what holds for all of them.

use super::*;
use crate::domain::data_request::{is_working_day, working_day_from};
use chrono::TimeDelta;
use proptest::prelude::*;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Noon in Sweden, near enough.
fn on(day: &str) -> DateTime<Utc> {
    utc(&format!("{day}T11:00:00Z"))
}

fn stockholm() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap()
}

fn pause(from: &str, to: &str) -> Pause {
    Pause { from: on(from), to: (!to.is_empty()).then(|| on(to)) }
}

/// The last day of a request, as seen on another.
fn last_day(received: &str, extension: Option<Extension>, pauses: &[Pause], now: &str) -> String {
    let zone = stockholm();
    let clock = Clock { received_at: on(received), extension, pauses, zone: &zone };
    clock.due(on(now)).unwrap().day.to_string()
}

#[test]
fn a_month_ends_on_the_day_of_the_same_number() {
    for (received, expected) in [
        ("2025-03-10", "2025-04-10"),
        ("2026-04-07", "2026-05-07"),
        // No such day in the next month.
        ("2023-01-31", "2023-02-28"),
        ("2024-01-31", "2024-02-29"),
        ("2024-01-30", "2024-02-29"),
        ("2024-01-29", "2024-02-29"),
        ("2025-01-31", "2025-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2024-08-31", "2024-09-30"),
        ("2025-03-31", "2025-04-30"),
        ("2024-02-29", "2024-04-02"),
        ("2023-02-28", "2023-03-28"),
    ] {
        assert_eq!(last_day(received, None, &[], received), expected, "{received}");
    }
}

#[test]
fn a_month_that_ends_on_a_holiday_ends_on_the_next_working_day() {
    for (received, expected) in [
        // Saturday and Sunday.
        ("2025-03-05", "2025-04-07"),
        ("2026-01-15", "2026-02-16"),
        ("2026-01-31", "2026-03-02"),
        // Good Friday to Easter Monday.
        ("2024-02-29", "2024-04-02"),
        ("2025-03-18", "2025-04-22"),
        ("2026-03-03", "2026-04-07"),
        ("2027-02-26", "2027-03-30"),
        // The first of May, Ascension Day, the national day, Midsummer's Day, All Saints' Day.
        ("2026-04-01", "2026-05-04"),
        ("2026-04-14", "2026-05-15"),
        ("2024-05-06", "2024-06-07"),
        ("2025-05-21", "2025-06-23"),
        ("2025-10-01", "2025-11-03"),
        // Christmas, New Year, Epiphany.
        ("2025-11-25", "2025-12-29"),
        ("2025-11-26", "2025-12-29"),
        ("2026-11-25", "2026-12-28"),
        ("2025-12-01", "2026-01-02"),
        ("2025-12-06", "2026-01-07"),
        // Eves are working days.
        ("2025-05-20", "2025-06-20"),
        ("2025-11-24", "2025-12-24"),
        ("2026-11-30", "2026-12-30"),
        ("2026-12-01", "2027-01-04"),
    ] {
        assert_eq!(last_day(received, None, &[], received), expected, "{received}");
    }
}

#[test]
fn days_are_those_of_the_company() {
    let zone = stockholm();
    let over_at = |received: &str| due(utc(received), &zone).unwrap().over_at;
    // Half an hour before midnight, and half an hour after it.
    assert_eq!(over_at("2026-02-28T22:30:00Z"), utc("2026-03-30T22:00:00Z"));
    assert_eq!(over_at("2026-02-28T23:30:00Z"), utc("2026-04-01T22:00:00Z"));
    // From summer into winter: the last hour is one of winter's.
    assert_eq!(over_at("2025-10-03T10:00:00Z"), utc("2025-11-03T23:00:00Z"));
    // Received in the hour that there is twice.
    assert_eq!(over_at("2025-10-26T00:30:00Z"), utc("2025-11-26T23:00:00Z"));
    assert_eq!(over_at("2025-10-26T01:30:00Z"), utc("2025-11-26T23:00:00Z"));
    assert_eq!(due(utc("2026-02-28T23:30:00Z"), &TimeZone::UTC).unwrap().day.to_string(), "2026-03-30");

    let deadline = due(on("2025-03-10"), &zone).unwrap();
    assert!(!deadline.is_over(utc("2025-04-10T21:59:59.999999Z")));
    assert!(deadline.is_over(utc("2025-04-10T22:00:00Z")));
    assert_eq!(deadline.days_left(utc("2025-04-09T21:59:00Z"), &zone), 1);
    assert_eq!(deadline.days_left(utc("2025-04-09T22:01:00Z"), &zone), 0);
    assert_eq!(deadline.days_left(on("2025-04-12"), &zone), -2);
}

#[test]
fn an_extension_counts_from_receipt() {
    use Extension::{OneMonth, TwoMonths};
    for (received, extension, expected) in [
        ("2026-01-31", OneMonth, "2026-03-31"),
        ("2026-01-31", TwoMonths, "2026-04-30"),
        // The first month would have ended on Monday the 16th.
        ("2026-01-15", OneMonth, "2026-03-16"),
        ("2026-01-15", TwoMonths, "2026-04-15"),
        ("2025-09-25", TwoMonths, "2025-12-29"),
        ("2023-11-30", TwoMonths, "2024-02-29"),
    ] {
        assert_eq!(last_day(received, Some(extension), &[], received), expected, "{received} {extension:?}");
    }
    assert_eq!(
        [0, 1, 2, 3].map(|months| Extension::of_months(months).map(Extension::months)),
        [None, Some(1), Some(2), None]
    );
}

#[test]
fn time_is_given_once_and_while_the_first_month_runs() {
    let zone = stockholm();
    let clock = Clock { received_at: on("2026-01-15"), extension: None, pauses: &[], zone: &zone };
    assert_eq!(clock.may_extend(on("2026-01-15")), Ok(()));
    // The 15th is a Sunday: the month is over when the 16th is.
    assert_eq!(clock.may_extend(utc("2026-02-16T22:59:59Z")), Ok(()));
    assert_eq!(clock.may_extend(utc("2026-02-16T23:00:00Z")), Err(CannotExtend::TooLate));

    let pauses = [pause("2026-01-20", "2026-01-27")];
    let paused = Clock { pauses: &pauses, ..clock.clone() };
    assert_eq!(paused.may_extend(on("2026-02-23")), Ok(()));
    assert_eq!(paused.may_extend(on("2026-02-24")), Err(CannotExtend::TooLate));
    let pauses = [pause("2026-01-20", "")];
    let paused = Clock { pauses: &pauses, ..clock.clone() };
    assert_eq!(paused.may_extend(on("2026-12-01")), Ok(()));

    let extended = Clock { extension: Some(Extension::OneMonth), ..clock };
    assert_eq!(extended.may_extend(on("2026-01-16")), Err(CannotExtend::Already));
}

#[test]
fn pauses_move_the_end_by_their_days() {
    let now = "2026-06-30";
    let after = |pauses: &[Pause]| last_day("2026-03-10", None, pauses, now);
    assert_eq!(after(&[]), "2026-04-10");
    assert_eq!(after(&[pause("2026-03-12", "2026-03-15")]), "2026-04-13");
    // Answered on the same day.
    assert_eq!(after(&[pause("2026-03-12", "2026-03-12")]), "2026-04-10");
    // One day, to a Saturday.
    assert_eq!(after(&[pause("2026-03-16", "2026-03-17")]), "2026-04-13");
    // Three days, and four.
    assert_eq!(after(&[pause("2026-03-16", "2026-03-19"), pause("2026-03-23", "2026-03-27")]), "2026-04-17");
    // In the other order, overlapping, and one within another.
    assert_eq!(after(&[pause("2026-03-23", "2026-03-27"), pause("2026-03-16", "2026-03-19")]), "2026-04-17");
    assert_eq!(after(&[pause("2026-03-16", "2026-03-20"), pause("2026-03-18", "2026-03-23")]), "2026-04-17");
    assert_eq!(after(&[pause("2026-03-16", "2026-03-23"), pause("2026-03-18", "2026-03-20")]), "2026-04-17");
    // As long as the whole month, from the first day on.
    assert_eq!(after(&[pause("2026-03-10", "2026-04-10")]), "2026-05-11");
    // Nobody was awaited before the request came, or when its time was over.
    assert_eq!(after(&[pause("2026-03-01", "2026-03-12")]), "2026-04-13");
    assert_eq!(after(&[pause("2026-04-11", "2026-04-30")]), "2026-04-10");
    assert_eq!(after(&[pause("2026-04-11", "")]), "2026-04-10");
    // On the last day: nothing is left of it when they answer.
    assert_eq!(after(&[pause("2026-04-10", "2026-04-22")]), "2026-04-22");
    // Ends before it begins, as nothing here can record.
    assert_eq!(after(&[pause("2026-03-20", "2026-03-12")]), "2026-04-10");
    // A pause in the time that an extension gave.
    let extended =
        last_day("2026-03-10", Some(Extension::OneMonth), &[pause("2026-04-20", "2026-04-22")], now);
    assert_eq!(extended, "2026-05-12");
}

#[test]
fn while_the_clock_stands_still_the_end_moves_with_the_days() {
    let zone = stockholm();
    let pauses = [pause("2026-03-20", "")];
    let clock = Clock { received_at: on("2026-03-10"), extension: None, pauses: &pauses, zone: &zone };
    for (now, expected) in
        [("2026-03-20", "2026-04-10"), ("2026-03-26", "2026-04-16"), ("2026-05-01", "2026-05-22")]
    {
        assert_eq!(clock.due(on(now)).unwrap().day.to_string(), expected);
        assert_eq!(clock.paused_since(on(now)), Some(on("2026-03-20")));
    }
    // It began on the Saturday after the last day, a Friday.
    let too_late = [pause("2026-04-11", "")];
    let clock = Clock { pauses: &too_late, ..clock };
    assert_eq!(clock.paused_since(on("2026-04-20")), None);
    // On a Saturday from which the end is being moved to Monday.
    let weekend = [pause("2026-05-09", "")];
    let clock = Clock { received_at: on("2026-04-09"), pauses: &weekend, ..clock };
    assert_eq!(clock.due(on("2026-05-09")).unwrap().day.to_string(), "2026-05-11");
    assert_eq!(clock.due(on("2026-05-20")).unwrap().day.to_string(), "2026-05-20");
}

#[test]
fn there_is_no_deadline_beyond_the_calendar() {
    assert_eq!(due(utc("9999-12-15T00:00:00Z"), &stockholm()), None);
}

/// Moments from 2018 to 2096.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (1_527_000_000i64..4_000_000_000).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

fn extension() -> impl Strategy<Value = Option<Extension>> {
    prop::sample::select(vec![None, Some(Extension::OneMonth), Some(Extension::TwoMonths)])
}

/// Pauses around a request, by the hours from its receipt to their beginning, and how long they are.
fn pauses() -> impl Strategy<Value = Vec<(i64, Option<i64>)>> {
    prop::collection::vec((-100i64..3_000, prop::option::weighted(0.8, 0i64..900)), 0..5)
}

fn at(received_at: DateTime<Utc>, pauses: &[(i64, Option<i64>)]) -> Vec<Pause> {
    let pause = |(begins, length): &(i64, Option<i64>)| {
        let from = received_at + TimeDelta::hours(*begins);
        Pause { from, to: length.map(|length| from + TimeDelta::hours(length)) }
    };
    pauses.iter().map(pause).collect()
}

proptest! {
    #[test]
    fn a_deadline_is_a_working_day_soon_after_the_month(received_at in moment(), extension in extension()) {
        let zone = stockholm();
        let clock = Clock { received_at, extension, pauses: &[], zone: &zone };
        let due = clock.due(received_at).unwrap();
        let months = 1 + extension.map_or(0, Extension::months);
        let received = day_of(received_at, &zone);
        let month = received.checked_add_months(Months::new(months)).unwrap();
        prop_assert!(is_working_day(due.day));
        // Not more than four days in a row are off.
        prop_assert!((0..=4).contains(&(due.day - month).num_days()), "{} {}", month, due.day);
        prop_assert_eq!(working_day_from(month), Some(due.day));
        prop_assert_eq!(day_of(due.over_at - TimeDelta::microseconds(1), &zone), due.day);
        prop_assert_eq!(day_of(due.over_at, &zone), due.day.succ_opt().unwrap());
    }

    /// Not so with pauses: a month of 31 days that stood still from its first day on has 31 days left, and one that
    /// begins when it goes on may have 28.
    #[test]
    fn who_comes_later_is_answered_no_sooner(received_at in moment(), later in 0i64..5_000_000, extension in extension()) {
        let zone = stockholm();
        let first = Clock { received_at, extension, pauses: &[], zone: &zone };
        let second = Clock { received_at: received_at + TimeDelta::seconds(later), ..first.clone() };
        prop_assert!(first.due(received_at).unwrap() <= second.due(received_at).unwrap());
    }

    #[test]
    fn pauses_give_time_and_take_none(received_at in moment(), extension in extension(), around in pauses(), now in 0i64..9_000_000) {
        let (zone, pauses) = (stockholm(), at(received_at, &around));
        let now = received_at + TimeDelta::seconds(now);
        let clock = Clock { received_at, extension, pauses: &pauses, zone: &zone };
        let due = clock.due(now).unwrap();
        prop_assert!(is_working_day(due.day));
        for number in 0..pauses.len() {
            let fewer = Clock { pauses: &pauses[..number], ..clock.clone() };
            prop_assert!(fewer.due(now).unwrap() <= due);
        }
        let bare = Clock { pauses: &[], ..clock.clone() }.due(now).unwrap();
        let days = pauses.iter().map(|pause| {
            (day_of(pause.to.unwrap_or(now), &zone) - day_of(pause.from, &zone)).num_days().max(0)
        });
        let most = days.sum::<i64>() + 4 * (1 + i64::try_from(pauses.len()).unwrap());
        prop_assert!((due.day - bare.day).num_days() <= most);
        // Whoever waits for the customer is not late.
        if clock.paused_since(now).is_some_and(|since| since <= now) {
            prop_assert!(!due.is_over(now));
        }
        // The order in which pauses are told is none of theirs.
        let mut turned = pauses.clone();
        turned.reverse();
        prop_assert_eq!(Clock { pauses: &turned, ..clock.clone() }.run(now), clock.run(now));
    }
}

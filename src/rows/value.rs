//! From texts to what they mean, as people write it.

use super::cells::{Cells, Wrong};
use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use entity::enums::{CustomerKind, Locale};
use jiff::{civil, tz::TimeZone};

/// A moment, or a day in the company's time zone, which stands for its beginning. It is one that every database can store.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Result<DateTime<Utc>, &'static str> {
    const RANGE: &str = "give a day after 0001-01-01 and before 9999-12-31";
    const FORM: &str = "give a day, such as 2024-03-31, or a moment, such as 2024-03-31T12:00:00+01:00";
    let moment = if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        moment.with_timezone(&Utc)
    } else {
        let local = match text.parse::<civil::Date>() {
            Ok(day) if text.len() == 10 => day.at(0, 0, 0, 0),
            _ => local(text).ok_or(FORM)?,
        };
        let moment = local.to_zoned(zone.clone()).map_err(|_| RANGE)?.timestamp();
        DateTime::from_timestamp_micros(moment.as_microsecond()).ok_or(RANGE)?
    };
    if text.contains(":60") {
        return Err("there is no second 60 in a time: give 59");
    }
    if !(1..=9999).contains(&moment.year()) {
        return Err(RANGE);
    }
    // Databases round what is smaller, and each its own way.
    Ok(moment.trunc_subsecs(6))
}

/// A day that every database can store.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let day = text.parse::<civil::Date>().ok().filter(|day| text.len() == 10 && day.year() > 0)?;
    NaiveDate::from_ymd_opt(
        day.year().into(),
        u32::try_from(day.month()).ok()?,
        u32::try_from(day.day()).ok()?,
    )
}

/// A day and a time of that day, as spreadsheets and databases write it.
fn local(text: &str) -> Option<civil::DateTime> {
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .find_map(|form| civil::DateTime::strptime(form, text).ok())
}

/// Takes a moment that the row may have.
pub(super) fn take_moment(
    cells: &mut Cells,
    column: &'static str,
    zone: &TimeZone,
    wrong: &mut Vec<Wrong>,
) -> Option<DateTime<Utc>> {
    let text = cells.take(column)?;
    moment(&text, zone).map_err(|reason| wrong.push(Wrong::at(column, reason))).ok()
}

/// Takes a moment that the row has to have.
pub(super) fn need_moment(
    cells: &mut Cells,
    column: &'static str,
    zone: &TimeZone,
    wrong: &mut Vec<Wrong>,
) -> DateTime<Utc> {
    let before = wrong.len();
    take_moment(cells, column, zone, wrong).unwrap_or_else(|| {
        if wrong.len() == before {
            cells.need(column, wrong);
        }
        DateTime::UNIX_EPOCH
    })
}

/// Takes a word, or says which there are.
pub(super) fn take_word<T: Copy>(
    cells: &mut Cells,
    column: &'static str,
    words: &[(&str, T)],
    wrong: &mut Vec<Wrong>,
) -> Option<T> {
    let text = cells.take(column)?.to_lowercase();
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let all = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        wrong.push(Wrong::at(column, format!("give one of {all}")));
    }
    found
}

pub(super) const KINDS: &[(&str, CustomerKind)] = &[
    ("person", CustomerKind::Person),
    ("organization", CustomerKind::Organization),
    ("privatperson", CustomerKind::Person),
    ("privat", CustomerKind::Person),
    ("företag", CustomerKind::Organization),
    ("organisation", CustomerKind::Organization),
    ("company", CustomerKind::Organization),
];

pub(super) const LOCALES: &[(&str, Locale)] = &[
    ("sv", Locale::Sv),
    ("en", Locale::En),
    ("svenska", Locale::Sv),
    ("engelska", Locale::En),
    ("swedish", Locale::Sv),
    ("english", Locale::En),
];

pub(super) const TRUTHS: &[(&str, bool)] = &[
    ("yes", true),
    ("no", false),
    ("ja", true),
    ("nej", false),
    ("true", true),
    ("false", false),
    ("1", true),
    ("0", false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_companys_own() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let at = |text: &str| moment(text, &zone).ok().map(|moment| moment.to_rfc3339());
        assert_eq!(at("2024-03-31").as_deref(), Some("2024-03-30T23:00:00+00:00"));
        assert_eq!(at("2024-07-01 08:30").as_deref(), Some("2024-07-01T06:30:00+00:00"));
        assert_eq!(at("2024-07-01T08:30:00Z").as_deref(), Some("2024-07-01T08:30:00+00:00"));
        for wrong in ["2024-02-30", "31/3 2024", "20240331", "i går", "2024-03-31x"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_one_database_stores_another_does_too() {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        let at = |text: &str| moment(text, &zone).map(|moment| moment.to_rfc3339());
        assert_eq!(at("2024-07-01T08:30:00.1234567Z").as_deref(), Ok("2024-07-01T08:30:00.123456+00:00"));
        assert_eq!(at("1969-07-20T20:17:40.9999999Z").as_deref(), Ok("1969-07-20T20:17:40.999999+00:00"));
        for second in ["2016-12-31T23:59:60Z", "2017-01-01 00:59:60"] {
            assert!(at(second).unwrap_err().contains("second 60"), "{second}");
        }
        // The first is of the year 0 where the database's days begin.
        for day in ["0001-01-01", "0000-06-01", "9999-12-31", "9999-12-31T23:59:59-01:00"] {
            assert!(at(day).unwrap_err().contains("before 9999-12-31"), "{day}");
        }
        assert_eq!(at("9999-12-30").as_deref(), Ok("9999-12-29T23:00:00+00:00"));
        assert_eq!((day("0000-01-01"), day("2024-02-30"), day("20240201")), (None, None, None));
        assert_eq!(day("2024-02-29").unwrap().to_string(), "2024-02-29");
    }
}

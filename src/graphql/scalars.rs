//! Values with a form of their own. Each says by which standard.

use crate::domain::period::Period;
use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, SecondsFormat, SubsecRound, Timelike, Utc};

/// What each of them is, for who sent something else.
const FORMS: [(&str, &str); 4] = [
    ("DateTime", "a time as RFC 3339 of the years 0001 to 9999, such as 2026-03-31T12:00:00Z"),
    ("Date", "a day as RFC 3339 of the years 0001 to 9999, such as 2026-03-31"),
    ("SafeInt", "a whole number from -9007199254740991 to 9007199254740991"),
    ("Duration", "a length of time as ISO 8601, such as P30D, P7Y or PT15M"),
];

/// What validation says of a value, with the form that it asks for: on its own it knows no more than the type's name.
pub fn explained(message: &str) -> Option<String> {
    let (_, form) = FORMS.iter().find(|(name, _)| message.ends_with(&format!("expected type \"{name}\"")))?;
    Some(format!("{message}: {form}."))
}

/// What could be read, or what was expected. Validation comes before and refuses the same.
fn expected<T: InputType>(read: Option<T>) -> InputValueResult<T> {
    let name = T::type_name();
    let form = FORMS.iter().find(|(known, _)| *known == name).map_or(&*name, |(_, form)| *form);
    read.ok_or_else(|| InputValueError::custom(format!("Give {form}.")))
}

/// The years that RFC 3339 can write. What the program works out lies within them too: its calendar ends there.
fn can_be_written(day: NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A point in time, in UTC with microseconds: RFC 3339, `2026-03-31T12:00:00.000000Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        expected(Self::read(&value))
    }

    fn is_valid(value: &Value) -> bool {
        Self::read(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl DateTime {
    fn read(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        let time = chrono::DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
        // A leap second has no place between its neighbours in a database.
        let is_leap = time.nanosecond() >= 1_000_000_000;
        (!is_leap && can_be_written(time.date_naive())).then(|| Self(time.trunc_subsecs(6)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day: RFC 3339 `full-date`, `2026-03-31`. Where a day begins follows the controller's `timeZone`.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        expected(Self::read(&value))
    }

    fn is_valid(value: &Value) -> bool {
        Self::read(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

impl Date {
    fn read(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        // chrono takes shorter forms, signs and spaces, too.
        (can_be_written(day) && day.to_string() == *text).then_some(Self(day))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration(pub String);

/// A length of time: ISO 8601-1 duration as in RFC 3339, appendix A: `P30D`, `P7Y`, `PT15M`.
#[Scalar(name = "Duration", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#appendix-A")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        expected(Self::read(&value))
    }

    fn is_valid(value: &Value) -> bool {
        Self::read(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Duration {
    /// How long it may be is the domain's to say.
    fn read(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Period::is_written_right(text).then(|| Self(text.clone()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafeInt(pub i64);

/// A whole number that every JSON reader holds exactly: RFC 7493, 2.2.
#[Scalar(name = "SafeInt", specified_by_url = "https://www.rfc-editor.org/rfc/rfc7493#section-2.2")]
impl ScalarType for SafeInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        expected(Self::read(&value))
    }

    fn is_valid(value: &Value) -> bool {
        Self::read(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

impl SafeInt {
    const MOST: i64 = (1 << 53) - 1;

    fn read(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        number.as_i64().filter(|number| (-Self::MOST..=Self::MOST).contains(number)).map(Self)
    }
}

/// Of what is counted here there are never as many as would not fit.
impl From<u64> for SafeInt {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).map_or(Self::MOST, |number| number.min(Self::MOST)))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

/// A JSON value whose form is defined elsewhere: RFC 8259.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        value.into_json().map(Self).map_err(|_| InputValueError::custom("Give a JSON value."))
    }

    fn to_value(&self) -> Value {
        // Only a document beyond all depth has no value; ours are made here.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes<T: ScalarType + InputType>(good: &[&str], bad: &[&str]) {
        for (texts, valid) in [(good, true), (bad, false)] {
            for text in texts {
                let value = Value::String((*text).to_owned());
                assert_eq!(T::is_valid(&value), valid, "{text}");
                assert_eq!(<T as ScalarType>::parse(value).is_ok(), valid, "{text}");
            }
        }
        assert!(!T::is_valid(&Value::from(1)));
    }

    #[test]
    fn a_day_is_ten_characters_of_the_years_one_to_9999() {
        takes::<Date>(
            &["2026-03-31", "0001-01-01", "9999-12-31"],
            &[
                "2026-02-30",
                "0000-01-01",
                "-001-01-01",
                "+12345-1-1",
                "2026-3-31",
                " 026-03-31",
                "2026-03-31Z",
                "",
            ],
        );
    }

    #[test]
    fn a_time_is_of_the_years_one_to_9999_in_utc() {
        takes::<DateTime>(
            &["2026-03-31T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"],
            &[
                "2026-03-31",
                "2026-03-31T12:00:00",
                "2026-03-31T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "0000-12-31T23:59:59Z",
                "0001-01-01T00:00:00+01:00",
                "9999-12-31T23:30:00-01:00",
                "+10000-01-01T00:00:00Z",
            ],
        );
    }

    #[test]
    fn a_whole_number_is_held_by_every_json_reader() {
        let most = SafeInt::MOST;
        for (value, valid) in [
            (Value::from(0), true),
            (Value::from(-most), true),
            (Value::from(most), true),
            (Value::from(most + 1), false),
            (Value::from(u64::MAX), false),
            (Value::from("1"), false),
            (Value::from_json(serde_json::json!(1.5)).unwrap(), false),
        ] {
            assert_eq!(SafeInt::is_valid(&value), valid, "{value}");
            assert_eq!(<SafeInt as ScalarType>::parse(value).is_ok(), valid);
        }
        assert_eq!(SafeInt::from(u64::MAX), SafeInt(most));
    }

    #[test]
    fn a_length_of_time_is_in_capitals_and_not_negative() {
        takes::<Duration>(&["P30D", "PT15M", "P1Y2M3DT4H", "P101Y"], &["30 days", "p1y", "-P1D", "P", ""]);
    }
}

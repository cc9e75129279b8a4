//! Values with a form of their own. Each says by which standard.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A point in time, in UTC with microseconds: RFC 3339, `2026-03-31T12:00:00.000000Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let wrong = || InputValueError::custom("Give a time as RFC 3339, such as 2026-03-31T12:00:00Z.");
        let Value::String(text) = value else { return Err(wrong()) };
        let time = chrono::DateTime::parse_from_rfc3339(&text).map_err(|_| wrong())?;
        Ok(Self(time.with_timezone(&Utc).trunc_subsecs(6)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day: RFC 3339 `full-date`, `2026-03-31`. Where a day begins follows the controller's `timeZone`.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let wrong = || InputValueError::custom("Give a day as RFC 3339, such as 2026-03-31.");
        let Value::String(text) = value else { return Err(wrong()) };
        // chrono takes shorter forms, too.
        if text.len() != 10 {
            return Err(wrong());
        }
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").map(Self).map_err(|_| wrong())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration(pub String);

/// A length of time: ISO 8601-1 duration as in RFC 3339, appendix A: `P30D`, `P7Y`, `PT15M`.
#[Scalar(name = "Duration", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#appendix-A")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        // Whether it is a length of time is the domain's to say, with the name of the field.
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

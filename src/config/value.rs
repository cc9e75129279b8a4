//! Single values: from text, and to text.

use super::LogFormat;
use crate::{connector::Host, http::Network};
use ipnet::IpNet;
use std::{net::IpAddr, str::FromStr, time::Duration};

pub(super) const HOUR: Duration = Duration::from_hours(1);
pub(super) const DAY: Duration = Duration::from_hours(24);

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A duration as people write it: a whole number and `ms`, `s`, `m`, `h` or `d`.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, milliseconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(milliseconds).map(Duration::from_millis)
}

/// The same duration in the largest unit that divides it.
pub(super) fn print_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    UNITS
        .into_iter()
        .rev()
        .find(|(_, size)| milliseconds.is_multiple_of(u128::from(*size)))
        .map_or_else(String::new, |(name, size)| format!("{}{name}", milliseconds / u128::from(size)))
}

pub(super) fn duration_within(text: &str, least: Duration, most: Duration) -> Option<Duration> {
    parse_duration(text).filter(|duration| (least..=most).contains(duration))
}

pub(super) fn number<N: FromStr + PartialOrd>(text: &str, least: N, most: N) -> Option<N> {
    text.parse().ok().filter(|number| (least..=most).contains(number))
}

pub(super) fn networks(text: &str) -> Option<Vec<Network>> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| one.parse().ok()).collect()
}

pub(super) fn hosts(text: &str) -> Option<Vec<Host>> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| one.parse().ok()).collect()
}

pub(super) fn nets(text: &str) -> Option<Vec<IpNet>> {
    let one = |text: &str| text.parse().ok().or_else(|| Some(text.parse::<IpAddr>().ok()?.into()));
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(one).collect()
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    [LogFormat::Text, LogFormat::Json].into_iter().find(|format| format.word() == text)
}

/// What to log. A word by itself must be a level: any other would be taken for the one part of the program that is to be
/// heard, and everything else would be silent.
pub(super) fn log_level(text: &str) -> Option<String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    let known = text.split(',').all(|part| part.contains(['=', '[']) || is_level(part));
    (known && tracing_subscriber::EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
}

/// As a TOML string.
pub(super) fn quoted(text: &str) -> String {
    // A JSON string is a TOML basic string.
    serde_json::Value::from(text).to_string()
}

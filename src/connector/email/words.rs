//! What is the same in both languages about a letter: which parts its text has.

use chrono::{Datelike, NaiveDate};

/// What a letter says of what it asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// In the subject.
    pub request: &'static str,
    /// After "asks you to".
    pub asks: &'static str,
    /// Where the law says so, for a processor and for a controller of their own: which of them they are may differ from
    /// category to category, and they know it.
    pub ground: &'static str,
    /// What is easily done wrong.
    pub note: Option<&'static str>,
    /// After "tell us by the fifth": what an answer has to say.
    pub answer: &'static str,
}

/// A day as it is read in a letter: "5 januari 2026".
pub(super) fn written(day: NaiveDate, months: [&'static str; 12]) -> String {
    let month = months.into_iter().nth(day.month0() as usize).unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

/// One name on each line.
pub(super) fn list(names: &[String]) -> String {
    names.iter().fold(String::new(), |list, name| list + "\n- " + name)
}

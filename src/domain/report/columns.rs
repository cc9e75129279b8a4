//! How columns and tables are written down.

use super::content::{Cell, Column, ColumnKind, Table, Word};
use chrono::{DateTime, Utc};

const fn column(key: &'static str, (sv, en): (&'static str, &'static str), kind: ColumnKind) -> Column {
    Column { key, sv, en, kind, term: None, words: &[], comes_back: false }
}

pub(super) const fn text(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::Text)
}

pub(super) const fn list(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::List)
}

pub(super) const fn number(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::Number)
}

pub(super) const fn moment(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::Moment)
}

pub(super) const fn day(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::Day)
}

pub(super) const fn flag(key: &'static str, sv: &'static str, en: &'static str) -> Column {
    column(key, (sv, en), ColumnKind::Flag)
}

impl Column {
    /// The same, as a property of the Data Privacy Vocabulary.
    pub(super) const fn is(self, term: &'static str) -> Self {
        Self { term: Some(term), ..self }
    }

    /// The same, whose words are known there, too.
    pub(super) const fn words(self, words: &'static [(&'static str, &'static str)]) -> Self {
        Self { words, ..self }
    }

    /// The same, brought in again.
    pub(super) const fn back(self) -> Self {
        Self { comes_back: true, ..self }
    }
}

pub(super) fn table(key: &'static str, (sv, en): (&'static str, &'static str), columns: &[Column]) -> Table {
    let comes_back = columns.iter().any(|one| one.comes_back);
    Table { key, sv, en, columns: columns.to_vec(), comes_back }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Word> for Cell {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl From<DateTime<Utc>> for Cell {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::Moment(moment)
    }
}

impl From<chrono::NaiveDate> for Cell {
    fn from(day: chrono::NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Cell {
    fn from(texts: Vec<String>) -> Self {
        if texts.is_empty() { Self::Nothing } else { Self::Texts(texts) }
    }
}

impl From<Vec<Word>> for Cell {
    fn from(words: Vec<Word>) -> Self {
        if words.is_empty() { Self::Nothing } else { Self::Words(words) }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

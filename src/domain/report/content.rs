//! What a report says, before it looks like anything: tables of typed cells, texts, and pictures.

use crate::domain::picture::Picture;
use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{Locale, ReportKind};
use jiff::tz::TimeZone;

/// Who made a report, when, and of what: what every file says of itself.
#[derive(Clone, Debug)]
pub struct About {
    /// The report's id.
    pub id: String,
    pub kind: ReportKind,
    /// In the reader's language.
    pub title: String,
    pub company: Option<String>,
    /// The actor's name.
    pub made_by: String,
    pub made_at: DateTime<Utc>,
    /// What it was asked for: a purpose's key.
    pub purpose: Option<String>,
    /// What it is limited to, in words, each with its name. Nothing: all there is.
    pub filter: Vec<(String, String)>,
    pub locale: Locale,
    /// Where the company is: what moments are shown in to people.
    pub zone: TimeZone,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name in files that programs read.
    pub key: &'static str,
    pub sv: &'static str,
    pub en: &'static str,
    pub columns: Vec<Column>,
    /// Whether `kartotek import` takes it back: then its columns are called by their keys, and hold words rather than labels, for people
    /// as well. Those that cannot be brought in are preceded by `#`.
    pub comes_back: bool,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in files that programs read.
    pub key: &'static str,
    pub sv: &'static str,
    pub en: &'static str,
    pub kind: ColumnKind,
    /// The property of the Data Privacy Vocabulary that it is, such as `dpv:hasPurpose`.
    pub term: Option<&'static str>,
    /// What its words are in that vocabulary, such as `CONSENT`: `eu-gdpr:A6-1-a`.
    pub words: &'static [(&'static str, &'static str)],
    /// Whether it is brought in again, in a table that comes back.
    pub comes_back: bool,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// Several texts or words.
    List,
    Number,
    Moment,
    Day,
    Flag,
}

/// A cell. Each is of its column's kind, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Nothing,
    Text(String),
    Word(Word),
    Texts(Vec<String>),
    Words(Vec<Word>),
    Number(i64),
    Moment(DateTime<Utc>),
    Day(NaiveDate),
    Flag(bool),
}

/// A word of a closed vocabulary or a key, and what it is called in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub word: String,
    pub label: String,
}

/// What a report consists of: told before it is written, so that a file can say at its beginning what comes.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    Table(&'a Table),
    /// Only its name is known yet.
    Text(&'a Text),
    Picture(&'a Picture),
}

/// A text that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its name in files that programs read.
    pub key: &'static str,
    pub sv: &'static str,
    pub en: &'static str,
    /// In the reader's language; lines end with a line feed.
    pub body: String,
}

impl Table {
    /// What it is called in a language.
    #[must_use]
    pub const fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Sv => self.sv,
            Locale::En => self.en,
        }
    }
}

impl Column {
    /// What it is called in a language.
    #[must_use]
    pub const fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Sv => self.sv,
            Locale::En => self.en,
        }
    }
}

impl Text {
    /// What it is called in a language.
    #[must_use]
    pub const fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Sv => self.sv,
            Locale::En => self.en,
        }
    }
}

//! What files say of themselves to people, in two languages.

use super::wrong;
use crate::domain::report::{Cell, Word};
use chrono::NaiveDate;
use entity::enums::{Locale, ReportKind};
use std::{borrow::Cow, io};

/// What stands in every file that people read.
pub(super) struct Words {
    pub language: &'static str,
    pub about: &'static str,
    pub title: &'static str,
    pub company: &'static str,
    pub made_by: &'static str,
    pub made_at: &'static str,
    pub purpose: &'static str,
    pub filter: &'static str,
    pub everything: &'static str,
    pub zone: &'static str,
    pub id: &'static str,
    pub rows: &'static str,
    pub hash: &'static str,
    /// What the hash is good for.
    pub hash_is: &'static str,
    pub contents: &'static str,
    pub table: &'static str,
    pub picture: &'static str,
    /// How to read one.
    pub picture_is: &'static str,
    pub nothing: &'static str,
    pub one_row: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub safe: &'static str,
}

const SV: Words = Words {
    language: "sv",
    about: "Om",
    title: "Rapport",
    company: "Företag",
    made_by: "Framtagen av",
    made_at: "Framtagen",
    purpose: "Ändamål",
    filter: "Urval",
    everything: "Allt som finns",
    zone: "Tidszon",
    id: "Rapportens id",
    rows: "Rader",
    hash: "Innehållets SHA-256",
    hash_is: "Samma innehåll har samma SHA-256 i alla format.",
    contents: "Innehåll",
    table: "Tabell",
    picture: "Bild",
    picture_is: "Ju bredare linje, desto fler uppgifter; hur många står intill. Dubbel kant och streckad linje: något är fel.",
    nothing: "Inget att visa.",
    one_row: "rad",
    yes: "Ja",
    no: "Nej",
    safe: "En text som börjar med =, +, -, @, tabb eller radbrytning föregås av en apostrof, så att inget kalkylprogram räknar med den.",
};

const EN: Words = Words {
    language: "en",
    about: "About",
    title: "Report",
    company: "Company",
    made_by: "Made by",
    made_at: "Made at",
    purpose: "Purpose",
    filter: "Limited to",
    everything: "All there is",
    zone: "Time zone",
    id: "Report id",
    rows: "Rows",
    hash: "SHA-256 of the content",
    hash_is: "The same content has the same SHA-256 in every format.",
    contents: "Contents",
    table: "Table",
    picture: "Picture",
    picture_is: "The wider a line, the more data; how much stands beside it. Two edges and a dashed line: something is wrong.",
    nothing: "Nothing to show.",
    one_row: "row",
    yes: "Yes",
    no: "No",
    safe: "A text that begins with =, +, -, @, a tab or a line break is preceded by an apostrophe, so that no spreadsheet calculates it.",
};

impl Words {
    pub(super) const fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::Sv => &SV,
            Locale::En => &EN,
        }
    }

    pub(super) const fn flag(&self, is: bool) -> &'static str {
        if is { self.yes } else { self.no }
    }
}

/// The kind as programs read it.
pub(super) fn kind(kind: ReportKind) -> io::Result<String> {
    match serde_json::to_value(kind)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(wrong("This kind of report has no word.")),
    }
}

/// The texts of a list, as people are called it or as programs read it.
pub(super) fn list(cell: &Cell, part: fn(&Word) -> &str) -> Option<Vec<&str>> {
    match cell {
        Cell::Texts(texts) => Some(texts.iter().map(String::as_str).collect()),
        Cell::Words(words) => Some(words.iter().map(part).collect()),
        _ => None,
    }
}

pub(super) fn word(word: &Word) -> &str {
    &word.word
}

pub(super) fn label(word: &Word) -> &str {
    &word.label
}

pub(super) fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// A text without characters that neither pages nor sheets have, and with lines as they end them.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    let is_none = |letter: char| {
        letter.is_control() && !matches!(letter, '\t' | '\n') || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    if !text.contains(is_none) {
        return text.into();
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.replace(is_none, "\u{fffd}").into()
}

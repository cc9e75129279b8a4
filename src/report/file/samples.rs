//! A report of everything, for tests.

use super::{File, Finished, Part};
use crate::domain::{
    picture::{Node, Picture},
    report::{About, Cell, Column, ColumnKind, Sink, Table, Text, Word},
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{Locale, ReportFormat, ReportKind};
use jiff::tz::TimeZone;
use std::io;

/// What breaks files that are not careful.
pub(super) const ODD: &str = "=\"a\";,'\r\n<script>alert(1)</script>\u{0}\u{1b}\u{fffe}_x0041_ 😀 åäö\\";

pub(super) fn moment() -> DateTime<Utc> {
    "2026-03-29T00:30:07.250Z".parse().unwrap()
}

pub(super) fn about(locale: Locale) -> About {
    About {
        id: "0197f6a0-0000-7000-8000-000000000001".to_owned(),
        kind: ReportKind::Ropa,
        title: format!("Register {ODD}"),
        company: Some("Åkeri & Söner AB".to_owned()),
        made_by: "Anna".to_owned(),
        made_at: moment(),
        purpose: None,
        filter: vec![("System".to_owned(), ODD.to_owned())],
        locale,
        zone: TimeZone::get("Europe/Stockholm").unwrap(),
    }
}

/// A column of each kind, with the kind's name as its key.
pub(super) fn table(key: &'static str, comes_back: bool) -> Table {
    let column = |key, kind| Column { key, sv: key, en: key, kind, term: None, words: &[], comes_back };
    let columns = vec![
        column("text", ColumnKind::Text),
        Column {
            term: Some("dpv:hasLegalBasis"),
            words: &[("CONSENT", "eu-gdpr:A6-1-a")],
            comes_back: false,
            ..column("word", ColumnKind::Text)
        },
        column("list", ColumnKind::List),
        column("words", ColumnKind::List),
        column("number", ColumnKind::Number),
        column("moment", ColumnKind::Moment),
        column("day", ColumnKind::Day),
        column("flag", ColumnKind::Flag),
    ];
    Table { key, sv: "Samma/titel", en: "Same/title", columns, comes_back }
}

pub(super) fn row() -> Vec<Cell> {
    let consent = || Word { word: "CONSENT".to_owned(), label: "Samtycke".to_owned() };
    vec![
        Cell::Text(ODD.to_owned()),
        Cell::Word(consent()),
        Cell::Texts(vec!["a".to_owned(), "b".to_owned()]),
        Cell::Words(vec![consent()]),
        Cell::Number(-12),
        Cell::Moment(moment()),
        Cell::Day(NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()),
        Cell::Flag(true),
    ]
}

pub(super) fn text() -> Text {
    Text { key: "summary", sv: "Samma:titel", en: "Same:title", body: format!("one\ntwo {ODD}\n") }
}

pub(super) fn picture(title: &str) -> Picture {
    let node = Node { column: 0, name: ODD.to_owned(), detail: None, warnings: Vec::new() };
    Picture { title: title.to_owned(), nodes: vec![node], lines: Vec::new() }
}

/// Two tables, the second of them empty, a text and two pictures, as whole as `take` and `finish` give it.
pub(super) fn whole(format: ReportFormat, locale: Locale) -> io::Result<(Vec<u8>, Finished)> {
    let (first, second) = (table("first", false), table("second", true));
    let (text, pictures) = (text(), [picture("Före"), picture("Efter")]);
    let [before, after] = &pictures;
    let parts = [
        Part::Picture(before),
        Part::Table(&first),
        Part::Text(&text),
        Part::Table(&second),
        Part::Picture(after),
    ];
    let mut file = File::begin(format, &about(locale), &parts)?;
    file.picture(before)?;
    file.table(&first)?;
    file.row(&row())?;
    let mut bytes = file.take();
    file.row(&vec![Cell::Nothing; first.columns.len()])?;
    file.text(&text)?;
    file.table(&second)?;
    file.picture(after)?;
    bytes.extend(file.take());
    let finished = file.finish()?;
    bytes.extend(&finished.rest);
    Ok((bytes, finished))
}

/// One table with these rows.
pub(super) fn of_table(
    format: ReportFormat,
    table: &Table,
    rows: &[Vec<Cell>],
) -> io::Result<(Vec<u8>, Finished)> {
    let mut file = File::begin(format, &about(Locale::Sv), &[Part::Table(table)])?;
    file.table(table)?;
    for row in rows {
        file.row(row)?;
    }
    let mut bytes = file.take();
    let finished = file.finish()?;
    bytes.extend(&finished.rest);
    Ok((bytes, finished))
}

//! A report for programs: JSON, and JSON-LD at the same time. Each row is a line, spelled as the hash has it, so that whoever has the
//! file can compute that again.

use super::{Form, Part, Totals, content::moment, json_ld, words};
use crate::domain::{
    picture::Picture,
    report::{About, Cell, Table, Text},
};
use entity::enums::Locale;
use serde_json::{Value, json, to_string};
use std::{fmt::Write, io};

/// What a file says of itself, and of its filter. No table or text is called like that.
pub(super) const FIELDS: [&str; 14] = [
    "id",
    "format",
    "kind",
    "title",
    "company",
    "madeBy",
    "madeAt",
    "purpose",
    "locale",
    "filter",
    "name",
    "value",
    "rows",
    "contentSha256",
];

pub(super) struct Json {
    text: String,
    /// Whether a table is open, and whether it has rows.
    table: Option<bool>,
}

impl Json {
    pub(super) fn begin(about: &About, parts: &[Part<'_>]) -> io::Result<Self> {
        let filter = about.filter.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        let locale = match about.locale {
            Locale::Sv => "sv",
            Locale::En => "en",
        };
        let fields = [
            ("@type", json_ld::class(about.kind).map(Value::from)),
            ("id", Some(json!(format!("urn:uuid:{}", about.id)))),
            ("format", Some(json!("kartotek-report-1"))),
            ("kind", Some(json!(words::kind(about.kind)?))),
            ("title", Some(json!(about.title))),
            ("company", about.company.clone().map(Value::from)),
            ("madeBy", Some(json!(about.made_by))),
            ("madeAt", Some(json!(moment(about.made_at)))),
            ("purpose", about.purpose.clone().map(Value::from)),
            ("locale", Some(json!(locale))),
            ("filter", Some(filter.collect())),
        ];
        let mut text = format!("{{\"@context\":{}", json_ld::context(parts));
        for (name, value) in fields {
            if let Some(value) = value {
                let _ = write!(text, ",\n\"{name}\":{value}");
            }
        }
        Ok(Self { text, table: None })
    }

    fn end_table(&mut self) {
        if let Some(has_rows) = self.table.take() {
            self.text.push_str(if has_rows { "\n]" } else { "]" });
        }
    }
}

impl Form for Json {
    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.end_table();
        let _ = write!(self.text, ",\n{}:[\n", to_string(table.key)?);
        self.table = Some(false);
        Ok(())
    }

    fn row(&mut self, _: &[Cell], line: &str) -> io::Result<()> {
        if self.table.replace(true) == Some(true) {
            self.text.push_str(",\n");
        }
        self.text.push_str(line);
        Ok(())
    }

    fn text(&mut self, text: &Text, line: &str) -> io::Result<()> {
        self.end_table();
        let _ = write!(self.text, ",\n{}:{line}", to_string(text.key)?);
        Ok(())
    }

    /// Programs are told what it shows in tables.
    fn picture(&mut self, _: &Picture) -> io::Result<()> {
        self.end_table();
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text).into_bytes()
    }

    fn finish(mut self: Box<Self>, totals: &Totals) -> io::Result<(Vec<u8>, Option<Value>)> {
        self.end_table();
        let Totals { content_sha256, rows } = totals;
        let _ = write!(self.text, ",\n\"rows\":{rows},\n\"contentSha256\":\"{content_sha256}\"}}\n");
        Ok((self.text.into_bytes(), None))
    }
}

//! A report as a file: in one of four formats, written as its rows come, with the same hash in each.

mod content;
mod csv;
mod csvw;
mod html;
mod json;
mod json_ld;
mod words;
mod xlsx;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use self::content::Content;
use crate::domain::{
    picture::Picture,
    report::{About, Cell, Finished, Part, Sink, Table, Text},
};
use entity::enums::ReportFormat;
use serde_json::Value;
use std::{
    collections::{BTreeSet, VecDeque},
    fmt::{Debug, Formatter},
    io,
};

/// A file in the making.
pub struct File {
    form: Box<dyn Form>,
    content: Content,
    /// What is still to come, in order.
    announced: VecDeque<Announced>,
    has_texts: bool,
}

/// One format. What is given to it belongs together: `File` has seen to that.
trait Form: Send + Sync {
    fn table(&mut self, table: &Table) -> io::Result<()>;
    /// `line` is the row as the hash has it.
    fn row(&mut self, cells: &[Cell], line: &str) -> io::Result<()>;
    fn text(&mut self, text: &Text, line: &str) -> io::Result<()>;
    fn picture(&mut self, picture: &Picture) -> io::Result<()>;
    fn take(&mut self) -> Vec<u8>;
    fn finish(self: Box<Self>, totals: &Totals) -> io::Result<(Vec<u8>, Option<Value>)>;
}

/// What is known once everything is written.
struct Totals {
    content_sha256: String,
    rows: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Announced {
    Table(&'static str),
    Text(&'static str),
    Picture(String),
}

impl Announced {
    fn name(&self) -> &str {
        match self {
            Self::Table(key) | Self::Text(key) => key,
            // It may be called after a customer.
            Self::Picture(_) => "a picture",
        }
    }
}

impl File {
    /// Begins a file of these parts, each of which has to follow in this order. Of a text and a picture only the name is used yet.
    ///
    /// # Errors
    /// When two parts or columns have the same key, a key is one that files need themselves, or the format cannot hold the parts.
    pub fn begin(format: ReportFormat, about: &About, parts: &[Part<'_>]) -> io::Result<Self> {
        must_differ(parts)?;
        let form: Box<dyn Form> = match format {
            ReportFormat::Csv => Box::new(csv::Csv::begin(about, parts)?),
            ReportFormat::Xlsx => Box::new(xlsx::Xlsx::begin(about, parts)?),
            ReportFormat::Json => Box::new(json::Json::begin(about, parts)?),
            ReportFormat::Html => Box::new(html::Html::begin(about, parts)),
        };
        let announced = parts.iter().map(|part| match part {
            Part::Table(table) => Announced::Table(table.key),
            Part::Text(text) => Announced::Text(text.key),
            Part::Picture(picture) => Announced::Picture(picture.title.clone()),
        });
        let announced = announced.collect();
        Ok(Self { form, content: Content::default(), announced, has_texts: format != ReportFormat::Csv })
    }

    fn must_be_next(&mut self, part: &Announced) -> io::Result<()> {
        if self.announced.front() != Some(part) {
            return Err(wrong(format!(
                "This part of the report comes where another was told of: {}.",
                part.name()
            )));
        }
        self.announced.pop_front();
        Ok(())
    }
}

impl Sink for File {
    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.must_be_next(&Announced::Table(table.key))?;
        self.content.table(table)?;
        self.form.table(table)
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let line = self.content.row(cells)?;
        self.form.row(cells, line)
    }

    fn text(&mut self, text: &Text) -> io::Result<()> {
        self.must_be_next(&Announced::Text(text.key))?;
        if !self.has_texts {
            self.content.end_table();
            return Ok(());
        }
        let line = self.content.text(text)?;
        self.form.text(text, line)
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<()> {
        self.must_be_next(&Announced::Picture(picture.title.clone()))?;
        self.content.end_table();
        self.form.picture(picture)
    }

    fn take(&mut self) -> Vec<u8> {
        self.form.take()
    }

    fn finish(self) -> io::Result<Finished> {
        if let Some(missing) = self.announced.front() {
            return Err(wrong(format!("A part of the report is missing: {}.", missing.name())));
        }
        let (content_sha256, rows) = self.content.finish();
        let totals = Totals { content_sha256, rows };
        let (rest, metadata) = self.form.finish(&totals)?;
        Ok(Finished { rest, content_sha256: totals.content_sha256, rows, metadata })
    }
}

impl Debug for File {
    /// Without what is written: that is personal data.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("to_come", &self.announced.len()).finish_non_exhaustive()
    }
}

/// In JSON each table and text is a field beside those that tell of the report, and each column one of a row.
fn must_differ(parts: &[Part<'_>]) -> io::Result<()> {
    let prefixes = json_ld::PREFIXES.map(|(short, _)| short);
    let mut keys = json::FIELDS.into_iter().chain(prefixes).collect::<BTreeSet<_>>();
    for part in parts {
        let key = match part {
            Part::Table(table) => {
                let mut columns = BTreeSet::new();
                if let Some(twice) = table.columns.iter().find(|column| !columns.insert(column.key)) {
                    return Err(wrong(format!(
                        "Two columns of {} have the same key: {}.",
                        table.key, twice.key
                    )));
                }
                table.key
            }
            Part::Text(text) => text.key,
            Part::Picture(_) => continue,
        };
        if !keys.insert(key) {
            return Err(wrong(format!("This key stands for something else in this report: {key}.")));
        }
    }
    Ok(())
}

fn wrong(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why.into())
}

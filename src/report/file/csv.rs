//! One table as CSV (RFC 4180), for spreadsheets and for `kartotek import`.

use super::{Form, Part, Totals, content::moment, csvw, words, wrong};
use crate::domain::{
    picture::Picture,
    report::{About, Cell, Column, Table, Text},
};
use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;
use std::{borrow::Cow, io};

/// Between the texts of a list.
pub(super) const SEPARATOR: &str = "; ";

/// What spreadsheets take for the beginning of a formula. The import takes the apostrophe away again.
const FORMULA: [char; 11] = ['=', '＝', '+', '＋', '-', '－', '@', '＠', '\t', '\r', '\n'];

pub(super) struct Csv {
    writer: Writer<Vec<u8>>,
    about: About,
    table: Table,
}

impl Csv {
    pub(super) fn begin(about: &About, parts: &[Part<'_>]) -> io::Result<Self> {
        let tables = parts.iter().filter_map(|part| match part {
            Part::Table(table) => Some(*table),
            _ => None,
        });
        let [table] = tables.collect::<Vec<_>>()[..] else {
            return Err(wrong("A CSV file holds one table: choose one, or XLSX, JSON or HTML."));
        };
        Ok(Self { writer: writer(), about: about.clone(), table: table.clone() })
    }

    /// What is written, in place of which there is nothing then.
    fn taken(&mut self) -> io::Result<Vec<u8>> {
        let written = std::mem::replace(&mut self.writer, writer());
        written.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

impl Form for Csv {
    fn table(&mut self, _: &Table) -> io::Result<()> {
        let names = self.table.columns.iter().map(|column| name(&self.table, column).into_owned());
        self.writer.write_record(names.collect::<Vec<_>>())?;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell], _: &str) -> io::Result<()> {
        for cell in cells {
            self.writer.write_field(shown(cell).as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn text(&mut self, _: &Text, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn picture(&mut self, _: &Picture) -> io::Result<()> {
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        // Memory takes all that is written to it.
        self.taken().unwrap_or_default()
    }

    fn finish(mut self: Box<Self>, totals: &Totals) -> io::Result<(Vec<u8>, Option<Value>)> {
        let rest = self.taken()?;
        Ok((rest, Some(csvw::description(&self.about, &self.table, totals))))
    }
}

/// What a column is called that programs read. What the import has to pass over is preceded by `#`.
pub(super) fn name(table: &Table, column: &Column) -> Cow<'static, str> {
    if table.comes_back && !column.comes_back { format!("#{}", column.key).into() } else { column.key.into() }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Nothing => "".into(),
        Cell::Text(text) => safe(text.into()),
        Cell::Word(word) => safe((&word.word).into()),
        Cell::Texts(_) | Cell::Words(_) => {
            safe(words::list(cell, words::word).unwrap_or_default().join(SEPARATOR).into())
        }
        Cell::Number(number) => number.to_string().into(),
        Cell::Moment(at) => moment(*at).into(),
        Cell::Day(day) => words::day(*day).into(),
        Cell::Flag(is) => if *is { "yes" } else { "no" }.into(),
    }
}

/// What no spreadsheet takes for a formula.
fn safe(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { format!("'{text}").into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in
            ["=1+1", "＝1", "+46701740605", "＋1", "-1", "@SUM(A1)", "＠SUM(A1)", "\t=1", "\r=1", "\n=1"]
        {
            let told = format!("'{text}");
            assert_eq!(shown(&Cell::Text(text.to_owned())), told);
            assert_eq!(shown(&Cell::Texts(vec![text.to_owned()])), told);
        }
        for text in ["", "1", "'=1", "Å", "a=1"] {
            assert_eq!(shown(&Cell::Text(text.to_owned())), text);
        }
        // It is a number, and nothing else.
        assert_eq!(shown(&Cell::Number(-1)), "-1");
    }
}

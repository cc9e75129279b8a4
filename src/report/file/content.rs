//! What a report says, in one spelling (RFC 8785), so that its hash is the same in every format and for whoever computes it again.

use super::{words, wrong};
use crate::domain::report::{Cell, Column, ColumnKind, Table, Text};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::to_writer;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Beyond this, numbers of JSON and of spreadsheets are no longer exact.
const LARGEST: u64 = (1 << 53) - 1;

/// The tables and texts so far.
#[derive(Default)]
pub(super) struct Content {
    hash: Sha256,
    rows: u64,
    /// Of the table in hand.
    fields: Option<Fields>,
    line: Vec<u8>,
}

struct Fields {
    kinds: Vec<ColumnKind>,
    /// Where each field of the object is in a row, in the order of the object, and its name as JSON.
    sorted: Vec<(usize, String)>,
}

impl Content {
    pub(super) fn table(&mut self, table: &Table) -> io::Result<()> {
        self.hash.update(format!("{}\n", table.key));
        let kinds = table.columns.iter().map(|column| column.kind).collect();
        let mut columns = table.columns.iter().enumerate().collect::<Vec<_>>();
        // RFC 8785, 3.2.3: by UTF-16.
        columns.sort_by(|(_, one), (_, other)| one.key.encode_utf16().cmp(other.key.encode_utf16()));
        let field =
            |(at, column): (usize, &Column)| Ok((at, format!("{}:", serde_json::to_string(column.key)?)));
        let sorted = columns.into_iter().map(field).collect::<io::Result<_>>()?;
        self.fields = Some(Fields { kinds, sorted });
        Ok(())
    }

    pub(super) fn end_table(&mut self) {
        self.fields = None;
    }

    /// Adds a row, and gives it in that spelling.
    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<&str> {
        let Some(fields) = &self.fields else { return Err(wrong("There is no table for this row.")) };
        if cells.len() != fields.kinds.len() {
            let (cells, columns) = (cells.len(), fields.kinds.len());
            return Err(wrong(format!("This row has {cells} cells; the table has {columns} columns.")));
        }
        self.line.clear();
        let mut separator = b'{';
        for (at, name) in &fields.sorted {
            let (Some(cell), Some(kind)) = (cells.get(*at), fields.kinds.get(*at)) else { continue };
            if *cell == Cell::Nothing {
                continue;
            }
            if !is_of(*kind, cell) {
                return Err(wrong(format!("This cell is not of its column's kind: {name} {kind:?}.")));
            }
            self.line.push(separator);
            self.line.extend_from_slice(name.as_bytes());
            write_cell(&mut self.line, cell)?;
            separator = b',';
        }
        self.line.extend_from_slice(if separator == b'{' { b"{}" } else { b"}" });
        self.rows += 1;
        self.add_line()
    }

    /// Adds a text, and gives it in that spelling.
    pub(super) fn text(&mut self, text: &Text) -> io::Result<&str> {
        self.end_table();
        self.hash.update(format!("{}\n", text.key));
        self.line.clear();
        to_writer(&mut self.line, &text.body)?;
        self.add_line()
    }

    /// The hash, in hex, and how many rows there were.
    pub(super) fn finish(self) -> (String, u64) {
        (hex::encode(self.hash.finalize()), self.rows)
    }

    fn add_line(&mut self) -> io::Result<&str> {
        self.hash.update(&self.line);
        self.hash.update(b"\n");
        std::str::from_utf8(&self.line).map_err(io::Error::other)
    }
}

/// A moment as programs read it.
pub(super) fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

const fn is_of(kind: ColumnKind, cell: &Cell) -> bool {
    matches!(
        (kind, cell),
        (ColumnKind::Text, Cell::Text(_) | Cell::Word(_))
            | (ColumnKind::List, Cell::Texts(_) | Cell::Words(_))
            | (ColumnKind::Number, Cell::Number(_))
            | (ColumnKind::Moment, Cell::Moment(_))
            | (ColumnKind::Day, Cell::Day(_))
            | (ColumnKind::Flag, Cell::Flag(_))
            | (_, Cell::Nothing)
    )
}

fn write_cell(line: &mut Vec<u8>, cell: &Cell) -> io::Result<()> {
    match cell {
        Cell::Nothing => line.extend_from_slice(b"null"),
        Cell::Text(text) => to_writer(line, text)?,
        Cell::Word(word) => to_writer(line, &word.word)?,
        Cell::Texts(texts) => to_writer(line, texts)?,
        Cell::Words(words) => to_writer(line, &words.iter().map(|one| &one.word).collect::<Vec<_>>())?,
        Cell::Number(number) if number.unsigned_abs() > LARGEST => {
            return Err(wrong(format!("A number is too large to be exact everywhere: at most {LARGEST}.")));
        }
        Cell::Number(number) => write!(line, "{number}")?,
        Cell::Moment(at) => write!(line, "\"{}\"", moment(*at))?,
        Cell::Day(day) => write!(line, "\"{}\"", words::day(*day))?,
        Cell::Flag(is) => write!(line, "{is}")?,
    }
    Ok(())
}

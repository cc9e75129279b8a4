//! Reads a file row by row, in bounded memory.

use super::{
    bounded::{Bounded, LONGEST, Since, TooLong},
    cells::{Cells, Wrong},
    columns::Kind,
    source::{Format, Source, Unreadable},
};
use csv::StringRecord;
use serde_json::{Map, Value};
use std::io::{self, BufRead, BufReader, Read};

/// A row as it stands in the file.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    Fields(StringRecord),
    Text(String),
}

/// A row.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it begins, from 1 on.
    pub line: u64,
    pub raw: Raw,
    pub cells: Result<Cells, Wrong>,
}

/// The rows of a file, one after the other.
pub(super) struct Table {
    kind: Kind,
    reader: Reader,
}

enum Reader {
    Csv {
        csv: csv::Reader<Bounded<Box<dyn Read>>>,
        since: Since,
        header: StringRecord,
        places: Vec<Option<usize>>,
    },
    Jsonl {
        text: BufReader<Box<dyn Read>>,
        line: u64,
        ignored: Vec<String>,
    },
}

impl Table {
    pub(super) fn open(source: &Source) -> Result<Self, Unreadable> {
        let text: Box<dyn Read> = Box::new(source.open()?);
        let Format::Csv { delimiter } = source.format else {
            let (text, ignored) = (BufReader::with_capacity(64 << 10, text), source.ignored.clone());
            return Ok(Self { kind: source.kind, reader: Reader::Jsonl { text, line: 0, ignored } });
        };
        let (text, since) = Bounded::new(text);
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(text);
        let mut header = StringRecord::new();
        read(&mut csv, &since, &mut header)?;
        let names = header.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>();
        let places = source.kind.places(&names, &source.ignored)?;
        Ok(Self { kind: source.kind, reader: Reader::Csv { csv, since, header, places } })
    }

    /// The names of the columns as the file has them.
    pub(super) fn header(&self) -> Option<&StringRecord> {
        match &self.reader {
            Reader::Csv { header, .. } => Some(header),
            Reader::Jsonl { .. } => None,
        }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Unreadable> {
        let kind = self.kind;
        match &mut self.reader {
            Reader::Csv { csv, since, places, .. } => {
                let mut fields = StringRecord::new();
                if !read(csv, since, &mut fields)? {
                    return Ok(None);
                }
                let line = fields.position().map_or(0, csv::Position::line);
                let cells = of_fields(kind, &fields, places);
                Ok(Some(Record { line, raw: Raw::Fields(fields), cells }))
            }
            Reader::Jsonl { text, line, ignored } => loop {
                *line += 1;
                let Some(object) = read_line(text, *line)? else { return Ok(None) };
                if object.trim().is_empty() {
                    continue;
                }
                let cells = of_object(kind, &object, ignored);
                return Ok(Some(Record { line: *line, raw: Raw::Text(object), cells }));
            },
        }
    }
}

/// Reads the next row; whether there is one.
fn read(
    csv: &mut csv::Reader<Bounded<Box<dyn Read>>>,
    since: &Since,
    fields: &mut StringRecord,
) -> Result<bool, Unreadable> {
    since.begin();
    let line = csv.position().line();
    let there = csv.read_record(fields).map_err(|error| {
        let error = io::Error::from(error);
        let too_long = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>);
        if too_long { Unreadable::TooLong { line } } else { Unreadable::Broken { line, error } }
    })?;
    if there && fields.as_slice().len() as u64 > LONGEST {
        return Err(Unreadable::TooLong { line });
    }
    // The parser takes the end of the file for the end of any quote. Where all quotes together have no partner, and the last row
    // goes over several lines, it is that one's.
    if there && csv.is_done() && since.has_odd_quote() && csv.position().line() > line + 1 {
        return Err(Unreadable::Quote { line });
    }
    Ok(there)
}

fn of_fields(kind: Kind, fields: &StringRecord, places: &[Option<usize>]) -> Result<Cells, Wrong> {
    if fields.len() != places.len() {
        let reason =
            format!("the row has {} columns, and the first line names {}", fields.len(), places.len());
        return Err(Wrong::row(reason));
    }
    let mut cells = Cells::new(kind);
    for (text, at) in fields.iter().zip(places) {
        if let Some(at) = at {
            cells.set(*at, text)?;
        }
    }
    Ok(cells)
}

/// A line of at most a megabyte.
fn read_line(text: &mut BufReader<Box<dyn Read>>, line: u64) -> Result<Option<String>, Unreadable> {
    let mut bytes = Vec::new();
    let broken = |error| Unreadable::Broken { line, error };
    let read = text.take(LONGEST + 1).read_until(b'\n', &mut bytes).map_err(broken)?;
    if read as u64 > LONGEST {
        return Err(Unreadable::TooLong { line });
    }
    let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
    Ok((read > 0).then_some(text))
}

fn of_object(kind: Kind, text: &str, ignored: &[String]) -> Result<Cells, Wrong> {
    // What the parser says may show what it read.
    let object = serde_json::from_str::<Map<String, Value>>(text).map_err(|error| {
        Wrong::row(format!("this is no object of JSON (column {} of the line)", error.column()))
    })?;
    let names = object.keys().cloned().collect::<Vec<_>>();
    let places = kind.places(&names, ignored).map_err(|error| Wrong::row(error.to_string()))?;
    let mut cells = Cells::new(kind);
    for (value, at) in object.values().zip(places) {
        let Some(at) = at else { continue };
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
            Value::Array(words) if words.iter().all(Value::is_string) => {
                words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
            }
            _ => return Err(Wrong::at(kind.columns()[at].name, "give a text")),
        };
        cells.set(at, &text)?;
    }
    Ok(cells)
}

//! Reads a file row by row, in bounded memory.

use super::{
    bounded::{Bounded, LONGEST, Since, TooLong},
    cells::{Cells, Wrong},
    columns::{Kind, Takes},
    object::Object,
    rejects::TEXT,
    seen::Passing,
    source::{Format, Source, Unreadable, is_told_delimiter},
};
use csv::StringRecord;
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
    passing: Passing,
    sha256: [u8; 32],
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
        /// The columns of the row before, and which they are: most rows have the same.
        last: (Vec<String>, Vec<Option<usize>>),
    },
}

impl Table {
    pub(super) fn open(source: &Source) -> Result<Self, Unreadable> {
        let (text, passing) = source.open()?;
        let (text, sha256): (Box<dyn Read>, _) = (Box::new(text), source.sha256());
        let Format::Csv { delimiter } = source.format else {
            let (text, ignored) = (BufReader::with_capacity(64 << 10, text), source.ignored.clone());
            return Ok(Self {
                kind: source.kind,
                reader: Reader::Jsonl { text, line: 0, ignored, last: Default::default() },
                passing,
                sha256,
            });
        };
        let (text, since) = Bounded::new(text, delimiter);
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            // Not at a carriage return as well: lines are counted by their feeds.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(64 << 10)
            .from_reader(text);
        let mut header = StringRecord::new();
        read(&mut csv, &since, &mut header)?;
        if is_told_delimiter(&header) {
            read(&mut csv, &since, &mut header)?;
        }
        let names = header.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>();
        let places = source.kind.places(&names, &source.ignored)?;
        let reader = Reader::Csv { csv, since, header, places };
        Ok(Self { kind: source.kind, reader, passing, sha256 })
    }

    /// The names of the columns as the file has them.
    pub(super) fn header(&self) -> Option<&StringRecord> {
        match &self.reader {
            Reader::Csv { header, .. } => Some(header),
            Reader::Jsonl { .. } => None,
        }
    }

    /// Its columns that are known, by what the file calls them.
    pub(super) fn names(&self) -> Vec<(&'static str, String)> {
        let (names, places) = match &self.reader {
            Reader::Csv { header, places, .. } => {
                (header.iter().map(|name| name.trim().to_owned()).collect(), places)
            }
            Reader::Jsonl { last: (names, places), .. } => (names.clone(), places),
        };
        let known = |(name, at): (String, &Option<usize>)| Some((self.kind.columns()[(*at)?].name, name));
        names.into_iter().zip(places).filter_map(known).collect()
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Unreadable> {
        let next = self.reader.next(self.kind)?;
        // Somebody may have saved it anew since it was looked at.
        if next.is_none() && !self.passing.was(self.sha256) {
            return Err(Unreadable::Changed);
        }
        Ok(next)
    }
}

impl Reader {
    fn next(&mut self, kind: Kind) -> Result<Option<Record>, Unreadable> {
        match self {
            Self::Csv { csv, since, header, places } => {
                let mut fields = StringRecord::new();
                let Some(line) = read(csv, since, &mut fields)? else { return Ok(None) };
                let cells = of_fields(kind, &fields, header, places);
                Ok(Some(Record { line, raw: Raw::Fields(fields), cells }))
            }
            Self::Jsonl { text, line, ignored, last } => loop {
                *line += 1;
                let Some(object) = read_line(text, *line)? else { return Ok(None) };
                if object.trim().is_empty() {
                    continue;
                }
                let cells = of_object(kind, &object, ignored, last);
                return Ok(Some(Record { line: *line, raw: Raw::Text(object), cells }));
            },
        }
    }
}

/// Reads the next row, and says which line it begins on.
fn read(
    csv: &mut csv::Reader<Bounded<Box<dyn Read>>>,
    since: &Since,
    fields: &mut StringRecord,
) -> Result<Option<u64>, Unreadable> {
    loop {
        since.begin();
        let line = csv.position().line();
        let there = csv.read_record(fields).map_err(|error| {
            let error = match error.into_kind() {
                csv::ErrorKind::Io(error) => error,
                // What it is about may stand in the others.
                _ => io::ErrorKind::InvalidData.into(),
            };
            let too_long = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>);
            match since.wrong_quotes() {
                Some(wrong) if wrong <= line => Unreadable::Quote { line: wrong },
                _ if too_long => Unreadable::TooLong { line },
                _ => Unreadable::Broken { line, error },
            }
        })?;
        if !there {
            return Ok(None);
        }
        // The parser passes over empty lines before a row, so where that begins is counted back from its end.
        let within = fields.as_slice().bytes().filter(|byte| *byte == b'\n').fold(0, |lines, _| lines + 1);
        let line = csv.position().line() - within - u64::from(!since.has_ended());
        if let Some(line) = since.wrong_quotes().filter(|wrong| *wrong <= line) {
            return Err(Unreadable::Quote { line });
        }
        if fields.as_slice().len() as u64 > LONGEST {
            return Err(Unreadable::TooLong { line });
        }
        without_return(fields);
        if fields.len() > 1 || !fields.as_slice().trim().is_empty() {
            return Ok(Some(line));
        }
    }
}

/// Takes away the carriage return before the end of the line.
fn without_return(fields: &mut StringRecord) {
    let Some(last) = fields.iter().next_back().and_then(|last| last.strip_suffix('\r')) else { return };
    let mut bare = fields.iter().take(fields.len() - 1).collect::<StringRecord>();
    bare.push_field(last);
    *fields = bare;
}

fn of_fields(
    kind: Kind,
    fields: &StringRecord,
    header: &StringRecord,
    places: &[Option<usize>],
) -> Result<Cells, Wrong> {
    if fields.len() != places.len() {
        let reason =
            format!("the row has {} columns, and the first line names {}", fields.len(), places.len());
        return Err(Wrong::row(reason));
    }
    let mut cells = Cells::new(kind);
    for (number, ((text, name), at)) in fields.iter().zip(header).zip(places).enumerate() {
        match at {
            Some(at) => cells.set(*at, text)?,
            None if name.trim().is_empty() && !text.trim().is_empty() => {
                let reason = format!(
                    "column {} has no name in the first line, and something stands in it",
                    number + 1
                );
                return Err(Wrong::row(reason));
            }
            None => {}
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
    let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8 { line })?;
    Ok((read > 0).then_some(text))
}

fn of_object(
    kind: Kind,
    text: &str,
    ignored: &[String],
    (names, places): &mut (Vec<String>, Vec<Option<usize>>),
) -> Result<Cells, Wrong> {
    // What the parser says may show what it read.
    let object = serde_json::from_str::<Object>(text).map_err(|error| {
        Wrong::row(format!("this is no object of JSON (column {} of the line)", error.column()))
    })?;
    if object.text(TEXT).is_some() {
        return Err(Wrong::row(format!("put right what `{TEXT}` holds, and put it in this line's place")));
    }
    if object.names().any(|name| name.trim().is_empty()) {
        return Err(Wrong::row("a name in it is empty"));
    }
    if names.is_empty() || !object.names().eq(names.iter()) {
        let these = object.names().map(str::to_owned).collect::<Vec<_>>();
        *places = kind.places(&these, ignored).map_err(|error| {
            names.clear();
            Wrong::row(if let Unreadable::Header = error {
                "no name in it is that of a column".to_owned()
            } else {
                error.to_string()
            })
        })?;
        *names = these;
    }
    let mut cells = Cells::new(kind);
    for ((_, value), at) in object.0.iter().zip(places.iter().copied()) {
        let Some(at) = at else { continue };
        let column = kind.columns()[at].name;
        let text = Takes::of(column).text(value).map_err(|reason| Wrong::at(column, reason))?;
        if let Some(text) = text {
            cells.set(at, &text)?;
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that rows begin on, and how it ends.
    fn lines(text: &[u8]) -> (Vec<u64>, Option<String>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = Source::survey(file.path(), None, None, &[]).unwrap();
        let mut table = Table::open(&source).unwrap();
        let mut lines = Vec::new();
        loop {
            match table.next() {
                Ok(Some(record)) => lines.push(record.line),
                Ok(None) => return (lines, None),
                Err(error) => return (lines, Some(error.to_string())),
            }
        }
    }

    fn rows(text: &str) -> (Vec<u64>, Option<String>) {
        lines(format!("reference,name\n{text}").as_bytes())
    }

    #[test]
    fn rows_have_their_line_and_may_go_over_several() {
        assert_eq!(rows("1,A\n\n2,\"B\nB\"\r\n\r\n3,C\r\n4,D"), (vec![2, 4, 7, 8], None));
        assert_eq!(rows("1,\"A\nA\""), (vec![2], None), "at the end of the file, too");
        assert_eq!(lines(b"{\"reference\":1,\"name\":\"A\"}\n\n{}\n"), (vec![1, 3], None));
    }

    /// What is said of each row of objects.
    fn told(text: &str, kind: Kind) -> Vec<Result<String, String>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = Source::survey(file.path(), Some(kind), None, &[]).unwrap();
        let mut table = Table::open(&source).unwrap();
        let rows = std::iter::from_fn(|| table.next().unwrap());
        let told = |cells: Cells| {
            kind.columns().iter().filter_map(|it| cells.get(it.name)).collect::<Vec<_>>().join("|")
        };
        rows.map(|row| row.cells.map(told).map_err(|wrong| wrong.reason)).collect()
    }

    #[test]
    fn objects_say_what_they_mean_or_nothing() {
        let customers = Kind::Rows(entity::enums::ImportKind::Customers);
        let row = |fields: &str| told(&format!("{{\"reference\":17,{fields}}}\n"), customers).remove(0);
        assert_eq!(row("\"name\":\"A\",\"returning\":true"), Ok("17|A|yes".to_owned()));
        let (number, text) =
            ("give it as a text: a number may not be what it was meant to be", "give a text");
        for (fields, reason) in [
            ("\"name\":\"A\",\"phone\":123456789012345678901", number),
            ("\"name\":\"A\",\"phone\":70.10", number),
            ("\"name\":\"A\",\"name\":\"B\"", "the column `name` is there twice"),
            ("\"name\":true", text),
            ("\"name\":[\"A\",\"B\"]", text),
            ("\"name\":{}", text),
        ] {
            assert_eq!(row(fields), Err(reason.to_owned()), "{fields}");
        }
        let systems = Kind::ReferenceData(crate::domain::catalog_document::RowKind::Systems);
        let row = |measures: &str| {
            told(&format!("{{\"name\":\"A\",\"measures\":{measures},\"retired\":false}}\n"), systems)
                .remove(0)
        };
        assert_eq!(row("[\"Locked doors\",\"Two keys\"]"), Ok("A|Locked doors; Two keys|no".to_owned()));
        assert_eq!(row("[\"a; b\"]"), Err("an entry of a list has a semicolon in it".to_owned()));
    }

    #[test]
    fn what_stands_in_a_column_without_a_name_is_not_lost() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "sep=;\n\nreference;name;\nK-1;A;\nK-2;B;C\n").unwrap();
        let source = Source::survey(file.path(), None, None, &[]).unwrap();
        let mut table = Table::open(&source).unwrap();
        let rows = std::iter::from_fn(|| table.next().unwrap());
        let told = rows.map(|row| (row.line, row.cells.err().map(|wrong| wrong.reason))).collect::<Vec<_>>();
        let reason = "column 3 has no name in the first line, and something stands in it";
        assert_eq!(told, [(4, None), (5, Some(reason.to_owned()))]);
    }

    #[test]
    fn a_file_that_was_changed_since_it_was_looked_at_is_found_out_at_its_end() {
        for text in ["reference,name\nK-1,A\n", "{\"reference\":1,\"name\":\"A\"}\n"] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let source = Source::survey(file.path(), None, None, &[]).unwrap();
            std::fs::write(file.path(), text.replace('A', "B")).unwrap();
            let mut table = Table::open(&source).unwrap();
            assert!(table.next().unwrap().is_some());
            assert!(matches!(table.next(), Err(Unreadable::Changed)));
        }
    }

    #[test]
    fn what_ends_a_line_is_no_part_of_a_value() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "reference,name\r\n1,\"A\r\nA\"\r\n2,B\r\n").unwrap();
        let source = Source::survey(file.path(), None, None, &[]).unwrap();
        let mut table = Table::open(&source).unwrap();
        for (number, value) in [(2, "A\r\nA"), (4, "B")] {
            let Some(Record { line, raw: Raw::Fields(fields), .. }) = table.next().unwrap() else {
                unreachable!()
            };
            assert_eq!((line, &fields[1]), (number, value));
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_where_it_begins() {
        let told =
            "line 3: a quote that is opened here is never closed, or something follows its end".to_owned();
        assert_eq!(rows("1,A\n2,\"B\n3,C\n4,D\n"), (vec![2], Some(told.clone())));
        assert_eq!(rows("1,A\n2,\"B\n3,C\n4,D"), (vec![2], Some(told.clone())));
        // A later quote ends it, in the middle of somebody else's row.
        let swallowed = rows("1,A\n2,\"B\n3,C\n4,\"D\n5,E\n");
        assert_eq!(swallowed, (vec![2], Some(told.clone())));
        assert_eq!(rows("1,A\n2,\"B\" \n3,C\n"), (vec![2], Some(told)));
        // A quote within a value is one.
        assert_eq!(rows("1,A 5\" B\n2,C\n3,\"D\"\"\nE\"\r\n4,F"), (vec![2, 3, 4, 6], None));
    }

    #[test]
    fn rows_before_a_wrong_quote_are_given_out_however_far_is_read_ahead() {
        let many = "1,A\n".repeat(40_000);
        let (lines, told) = rows(&format!("{many}2,\"B\n3,\"C\n{many}"));
        assert_eq!((lines.len(), lines.last()), (40_000, Some(&40_001)));
        assert!(told.unwrap().starts_with("line 40002: a quote"));
    }

    #[test]
    fn a_row_that_never_ends_is_given_up() {
        let told =
            "line 3: the row that begins here is longer than a megabyte, or a quote in it is never closed";
        let long = "x".repeat(2 << 20);
        assert_eq!(rows(&format!("1,A\n2,\"{long}\n")), (vec![2], Some(told.to_owned())));
        assert_eq!(rows(&format!("1,A\n2,{}\n3,B\n", &long[..3 << 19])), (vec![2], Some(told.to_owned())));
        let object = format!("{{\"reference\":1,\"name\":1}}\n\n{{\"name\":\"{long}\"}}\n");
        assert_eq!(lines(object.as_bytes()), (vec![1], Some(told.to_owned())));
    }
}

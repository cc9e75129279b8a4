//! The rows that were left out, in a file of the same form: with why, to be put right and brought in again.

use super::{
    cells::{FORMULA, Wrong},
    chunk::Chunk,
    source::{Format, Source},
    table::Raw,
};
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// What the columns are called that say why. They are passed over when the file is brought in.
const WHY: [&str; 3] = ["#line", "#column", "#reason"];

/// Why a row was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where it begins in the file, from 1 on.
    pub line: u64,
    /// The column to blame, if one is, as the file calls it.
    pub column: Option<String>,
    /// It shows no value.
    pub reason: String,
}

/// Where the rejects of a file go unless told: beside it.
#[must_use]
pub fn default_path(source: &Path) -> PathBuf {
    let extension = source.extension().map_or("csv".into(), std::ffi::OsStr::to_string_lossy);
    source.with_extension(format!("rejects.{extension}"))
}

impl Chunk {
    /// What is wrong with its rows: what was found here, and what was found where they were brought in, by their place among those
    /// that could be read.
    #[must_use]
    pub fn rejected(&self, refused: Vec<(usize, Option<String>, String)>) -> Vec<(usize, Rejected)> {
        let named = |column: &str| {
            let known = self.names.iter().find(|(known, _)| *known == column);
            known.map_or_else(|| column.to_owned(), |(_, name)| name.clone())
        };
        let line = |at: usize| self.records.get(at).map_or(0, |(line, _)| *line);
        let here = self.wrong.iter().map(|(at, Wrong { column, reason })| {
            let column = column.map(named);
            (*at, Rejected { line: line(*at), column, reason: reason.clone() })
        });
        let there = refused.into_iter().filter_map(|(row, column, reason)| {
            let at = *self.places.get(row)?;
            Some((at, Rejected { line: line(at), column: column.map(|column| named(&column)), reason }))
        });
        let mut all = here.chain(there).collect::<Vec<_>>();
        all.sort_by_key(|(at, _)| *at);
        all
    }
}

/// The file of what was left out. It is made with its first row.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    format: Format,
    header: Vec<String>,
    out: Option<BufWriter<File>>,
}

impl Rejects {
    /// For these columns.
    #[must_use]
    pub fn new(path: PathBuf, source: &Source, header: Option<Vec<String>>) -> Self {
        Self { path, format: source.format, header: header.unwrap_or_default(), out: None }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Goes on with one that is there, as far as it tells of lines before `line`, and says of how many. What tells of later ones
    /// may have broken off, and is told anew.
    ///
    /// # Errors
    /// When it cannot be read or written, or is no such file.
    pub fn go_on(&mut self, line: u64) -> io::Result<u64> {
        if !self.path.exists() {
            return Ok(0);
        }
        let kept = match self.format {
            Format::Csv { delimiter } => csv_before(&self.path, delimiter, line)?,
            Format::Jsonl => jsonl_before(&self.path, line)?,
        };
        let beside = self.path.with_extension("partial");
        let mut out = BufWriter::new(for_the_owner(&beside, true)?);
        out.write_all(&kept.text)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        self.out = Some(out);
        Ok(kept.lines.len() as u64)
    }

    /// Adds what was left out of a chunk, each row once, with all that is wrong with it.
    ///
    /// # Errors
    /// When it cannot be written, or one is there that is somebody's.
    pub fn add(&mut self, chunk: &Chunk, rejected: &[(usize, Rejected)]) -> io::Result<()> {
        if rejected.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        if self.out.is_none() {
            self.out = Some(BufWriter::new(for_the_owner(&self.path, false)?));
            if let Format::Csv { delimiter } = self.format {
                let names = self.header.iter().map(String::as_str).filter(|name| !is_why(name));
                write_csv(&mut text, delimiter, WHY.into_iter().chain(names))?;
            }
        }
        for all in rejected.chunk_by(|(one, _), (next, _)| one == next) {
            let Some((at, first)) = all.first() else { continue };
            let columns = all.iter().filter_map(|(_, one)| one.column.clone()).collect::<BTreeSet<_>>();
            let columns = columns.into_iter().collect::<Vec<_>>().join(", ");
            let reasons = all.iter().map(|(_, one)| one.reason.as_str()).collect::<Vec<_>>().join("; ");
            let why = [first.line.to_string(), columns, reasons];
            match (&chunk.records[*at].1, self.format) {
                (Raw::Fields(fields), Format::Csv { delimiter }) => {
                    let of_file = fields.iter().zip(&self.header).filter(|(_, name)| !is_why(name));
                    // More than the first line names: they stand at the end, as they did.
                    let beyond = fields.iter().skip(self.header.len());
                    let values = of_file.map(|(value, _)| value).chain(beyond).map(safe).collect::<Vec<_>>();
                    write_csv(
                        &mut text,
                        delimiter,
                        why.iter().map(String::as_str).chain(values.iter().map(String::as_str)),
                    )?;
                }
                (Raw::Text(object), _) => write_object(&mut text, object, why)?,
                (Raw::Fields(_), Format::Jsonl) => {}
            }
        }
        if let Some(out) = &mut self.out {
            out.write_all(&text)?;
            out.flush()?;
        }
        Ok(())
    }
}

fn is_why(name: &str) -> bool {
    name.trim_start().starts_with('#')
}

/// What no spreadsheet takes for a formula; brought in again, it is what it was. White space around it never counted.
fn safe(value: &str) -> String {
    let value = value.trim();
    if value.starts_with(FORMULA) { format!("'{value}") } else { value.to_owned() }
}

fn write_csv<'a>(text: &mut Vec<u8>, delimiter: u8, fields: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(text);
    writer.write_record(fields)?;
    writer.flush()
}

fn write_object(text: &mut Vec<u8>, object: &str, [line, column, reason]: [String; 3]) -> io::Result<()> {
    let mut told = Map::new();
    for (name, value) in WHY.into_iter().zip([line, column, reason]) {
        told.insert(name.to_owned(), value.into());
    }
    match serde_json::from_str::<Map<String, Value>>(object) {
        Ok(object) => told.extend(object.into_iter().filter(|(name, _)| !is_why(name))),
        // To be put right by hand.
        Err(_) => drop(told.insert("#text".to_owned(), object.trim_end().into())),
    }
    serde_json::to_writer(&mut *text, &told)?;
    text.push(b'\n');
    Ok(())
}

/// A file that nobody else can read: what was left out is customers' data as well.
fn for_the_owner(path: &Path, anew: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if anew {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path)
}

/// What is kept of a file of rejects, and the lines that it tells of.
#[derive(Default)]
struct Kept {
    text: Vec<u8>,
    lines: BTreeSet<u64>,
}

fn csv_before(path: &Path, delimiter: u8, line: u64) -> io::Result<Kept> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(File::open(path)?);
    let mut kept = Kept::default();
    for (at, record) in reader.records().enumerate() {
        let Ok(record) = record else { break };
        let first = record.get(0).unwrap_or_default();
        if at == 0 && first != WHY[0] {
            return Err(not_ours());
        }
        let number = first.parse().ok().filter(|number| *number < line);
        if at > 0 {
            let Some(number) = number else { continue };
            kept.lines.insert(number);
        }
        write_csv(&mut kept.text, delimiter, record.iter())?;
    }
    Ok(kept)
}

fn jsonl_before(path: &Path, line: u64) -> io::Result<Kept> {
    let mut kept = Kept::default();
    for text in std::fs::read_to_string(path)?.lines() {
        let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else { continue };
        let number = object.get(WHY[0]).and_then(Value::as_str).and_then(|text| text.parse().ok());
        let number: u64 = number.ok_or_else(not_ours)?;
        if number < line {
            kept.lines.insert(number);
            kept.text.extend_from_slice(text.as_bytes());
            kept.text.push(b'\n');
        }
    }
    Ok(kept)
}

fn not_ours() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "this is no file of rejects")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Chunks, Rows};
    use entity::enums::ImportKind;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn chunk(path: &Path) -> (Source, Chunk, Option<Vec<String>>) {
        let source = Source::survey(path, None, None, &[]).unwrap();
        let mut chunks = Chunks::open(&source, ImportKind::Customers, TimeZone::UTC).unwrap();
        let header = chunks.header();
        let chunk = chunks.next_chunk().unwrap().unwrap();
        assert!(chunks.next_chunk().unwrap().is_none());
        (source, chunk, header)
    }

    /// The rows that make sense, and what is wrong with the others.
    fn told(chunk: &Chunk) -> (String, Vec<(Option<String>, String)>) {
        let Rows::Customers(rows) = &chunk.rows else { unreachable!() };
        let rows = rows.iter().map(|row| {
            let texts =
                [&row.email, &row.phone, &row.address].map(|it| it.as_deref().unwrap_or("-").to_owned());
            format!("{:?} {:?} {texts:?}", row.reference, row.name)
        });
        let wrong = chunk.rejected(Vec::new()).into_iter().map(|(_, one)| (one.column, one.reason));
        (rows.collect(), wrong.collect())
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zåäö ;,\"'\r\n]{0,12}", "[=+@\t'-][=+@0-9a-z\"' \t]{0,6}"]
    }

    proptest! {
        /// All of a file is left out, for whatever reason: what comes back says what it said, with the same mistakes.
        #[test]
        fn what_is_fed_back_is_what_was_left_out(rows in prop::collection::vec(prop::array::uniform5(text()), 1..8)) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("kunder.csv");
            let mut csv = b"Kundnummer;Namn;E-post;Telefon;Adress\n".to_vec();
            for row in &rows {
                write_csv(&mut csv, b';', row.iter().map(String::as_str)).unwrap();
            }
            std::fs::write(&file, csv).unwrap();
            let (source, first, header) = chunk(&file);
            let refused = (0..first.places.len()).map(|row| (row, None, "for a test".to_owned())).collect();
            let mut rejects = Rejects::new(default_path(&file), &source, header);
            rejects.add(&first, &first.rejected(refused)).unwrap();
            let (_, again, _) = chunk(rejects.path());
            prop_assert_eq!(told(&again), told(&first));
        }
    }

    #[test]
    fn going_on_keeps_what_was_told_of_earlier_lines_alone_and_of_nobody_else_s_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kunder.csv");
        std::fs::write(&file, "kundnummer;namn\n;A\n;B\n;C\n").unwrap();
        let (source, chunk, header) = chunk(&file);
        let mut rejects = Rejects::new(default_path(&file), &source, header.clone());
        rejects.add(&chunk, &chunk.rejected(Vec::new())).unwrap();
        let mut again = Rejects::new(default_path(&file), &source, header.clone());
        assert_eq!(again.go_on(3).unwrap(), 1);
        again.add(&chunk, &chunk.rejected(Vec::new())[1..]).unwrap();
        let text = std::fs::read_to_string(again.path()).unwrap();
        let reason = "kundnummer;this is empty, and needed";
        assert_eq!(
            text,
            format!("#line;#column;#reason;kundnummer;namn\n2;{reason};;A\n3;{reason};;B\n4;{reason};;C\n")
        );

        let other = folder.path().join("other.csv");
        std::fs::write(&other, "reference;name\nK-1;A\n").unwrap();
        let mut refused = Rejects::new(other, &source, header);
        assert_eq!(refused.go_on(3).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let rejected = chunk.rejected(Vec::new());
        assert_eq!(refused.add(&chunk, &rejected).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}

//! The rows that were left out, in a file of the same form: with why, to be put right and brought in again.

use super::{
    cells::{FORMULA, Wrong},
    chunk::Chunk,
    object::{Object, fields},
    part::{NoRejects, Part},
    source::{Format, Source},
    table::Raw,
};
use serde_json::to_string;
use std::{
    collections::BTreeSet,
    fs::Metadata,
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// What the columns are called that say why. They are passed over when the file is brought in.
pub(super) const WHY: [&str; 3] = ["#line", "#column", "#reason"];

/// What a line is called that is no object, to be put right by hand.
pub(super) const TEXT: &str = "#text";

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

/// What was left out of a file, on its way there.
#[derive(Debug)]
pub struct Rejects {
    /// Where it is at last.
    place: PathBuf,
    part: Part,
    format: Format,
    header: Vec<String>,
    /// How many it tells of.
    rows: u64,
    /// Whether this run has told of any.
    is_told: bool,
}

impl Rejects {
    /// Those of a file, which are to be at `place` once all of it is brought in. Until then nobody else brings it in from here.
    ///
    /// # Errors
    /// When they cannot be written there, or somebody does.
    pub fn open(place: PathBuf, source: &Source) -> Result<Self, NoRejects> {
        if let Ok(there) = place.symlink_metadata() {
            let same = |it: Metadata| (it.dev(), it.ino()) == (there.dev(), there.ino());
            if source.path.metadata().is_ok_and(same) {
                return Err(NoRejects::Source);
            }
            if !there.is_file() {
                return Err(NoRejects::NoFile(place));
            }
        }
        let mut part = place.clone().into_os_string();
        part.push(format!(".part-{}", source.digest().get(..8).unwrap_or_default()));
        let part = Part::open(part.into())?;
        Ok(Self { place, part, format: source.format, header: Vec::new(), rows: 0, is_told: false })
    }

    /// What the columns are called.
    pub fn name_columns(&mut self, header: Option<Vec<String>>) {
        self.header = header.unwrap_or_default();
    }

    /// Where it is at last.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Where it is until then, if it tells of any row.
    #[must_use]
    pub fn so_far(&self) -> Option<&Path> {
        (!self.part.is_empty().ok()?).then(|| self.part.path())
    }

    /// Goes on with what an earlier run left, as far as it tells of lines before `line`: of how many rows. What tells of later ones
    /// may have broken off, and is told anew.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn go_on(&mut self, line: u64) -> Result<u64, NoRejects> {
        self.rows = self.part.cut(self.format, line).map_err(|error| self.broken(error))?;
        Ok(self.rows)
    }

    /// Adds what was left out of a chunk, each row once, with all that is wrong with it.
    ///
    /// # Errors
    /// When it cannot be written, or somebody's file is where it is to be at last.
    pub fn add(&mut self, chunk: &Chunk, rejected: &[(usize, Rejected)]) -> Result<(), NoRejects> {
        if rejected.is_empty() {
            return Ok(());
        }
        if !self.is_told && self.place.symlink_metadata().is_ok() {
            return Err(NoRejects::There(self.place.clone()));
        }
        self.is_told = true;
        let (text, rows) = self.text(chunk, rejected).map_err(|error| self.broken(error))?;
        self.part.write(&text).map_err(|error| self.broken(error))?;
        self.rows += rows;
        Ok(())
    }

    /// As it is written, and of how many rows.
    fn text(&self, chunk: &Chunk, rejected: &[(usize, Rejected)]) -> io::Result<(Vec<u8>, u64)> {
        let (mut text, mut rows) = (Vec::new(), 0);
        if let Format::Csv { delimiter } = self.format
            && self.part.is_empty()?
        {
            // Spreadsheets know UTF-8 by it.
            text.extend("\u{feff}".bytes());
            let names = self.header.iter().map(String::as_str).filter(|name| !is_why(name));
            write_csv(&mut text, delimiter, WHY.into_iter().chain(names))?;
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
                    let values = of_file.map(|(value, _)| value).chain(beyond).map(safe);
                    let values = why.iter().cloned().chain(values).collect::<Vec<_>>();
                    write_csv(&mut text, delimiter, values.iter().map(String::as_str))?;
                }
                (Raw::Text(object), _) => write_object(&mut text, object, &why)?,
                (Raw::Fields(_), Format::Jsonl) => continue,
            }
            rows += 1;
        }
        Ok((text, rows))
    }

    /// Makes sure that all of it is there, and lasts.
    ///
    /// # Errors
    /// When it does not tell of that many rows, or cannot be written.
    pub fn must_tell_of(&self, told: i64) -> Result<(), NoRejects> {
        let told = u64::try_from(told).unwrap_or_default();
        if told != self.rows {
            return Err(NoRejects::NotWhole { path: self.part.path().to_owned(), told, written: self.rows });
        }
        self.part.sync().map_err(|error| self.broken(error))
    }

    /// Puts it where it belongs: nowhere, if no row was left out.
    ///
    /// # Errors
    /// When somebody's file is there, or it cannot be written.
    pub fn publish(self) -> Result<Option<PathBuf>, NoRejects> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.part.publish(&self.place)?;
        Ok(Some(self.place))
    }

    fn broken(&self, error: io::Error) -> NoRejects {
        NoRejects::Broken { path: self.part.path().to_owned(), error }
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

fn write_object(text: &mut Vec<u8>, object: &str, why: &[String; 3]) -> io::Result<()> {
    let field = |name: &str, value: &str| Ok(format!("{}:{}", to_string(name)?, to_string(value)?));
    let told = WHY.into_iter().zip(why).map(|(name, value)| field(name, value));
    let mut told = told.collect::<serde_json::Result<Vec<_>>>()?;
    match serde_json::from_str::<Object>(object) {
        // As it is written: a number may have more digits than are read, and a name may be there twice.
        Ok(read) => {
            let as_written = read.names().zip(fields(object));
            told.extend(
                as_written.filter(|(name, _)| !WHY.contains(name)).map(|(_, field)| field.to_owned()),
            );
        }
        // To be put right by hand.
        Err(_) => told.push(field(TEXT, object.trim_end())?),
    }
    text.extend(format!("{{{}}}\n", told.join(",")).bytes());
    Ok(())
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
            let mut rejects = Rejects::open(default_path(&file), &source).unwrap();
            rejects.name_columns(header);
            rejects.add(&first, &first.rejected(refused)).unwrap();
            let (_, again, _) = chunk(&rejects.publish().unwrap().unwrap());
            prop_assert_eq!(told(&again), told(&first));
        }
    }

    #[test]
    fn going_on_keeps_what_was_told_of_earlier_lines_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kunder.csv");
        std::fs::write(&file, "kundnummer;namn\n;A\n;B\n;C\n").unwrap();
        let (source, chunk, header) = chunk(&file);
        let open = || {
            let mut rejects = Rejects::open(default_path(&file), &source).unwrap();
            rejects.name_columns(header.clone());
            rejects
        };
        let rejected = chunk.rejected(Vec::new());
        let mut rejects = open();
        rejects.add(&chunk, &rejected).unwrap();
        drop(rejects);
        let mut again = open();
        assert_eq!(again.go_on(3).unwrap(), 1);
        again.add(&chunk, &rejected[2..]).unwrap();
        let missing = again.must_tell_of(3).unwrap_err().to_string();
        assert!(
            missing.starts_with("rows were left out: 3; and ") && missing.ends_with(" tells of 2"),
            "{missing}"
        );
        again.go_on(3).unwrap();
        again.add(&chunk, &rejected[1..]).unwrap();
        again.must_tell_of(3).unwrap();
        let place = again.publish().unwrap().unwrap();
        let reason = "kundnummer;this is empty, and needed";
        assert_eq!(
            std::fs::read_to_string(&place).unwrap(),
            format!(
                "\u{feff}#line;#column;#reason;kundnummer;namn\n2;{reason};;A\n3;{reason};;B\n4;{reason};;C\n"
            )
        );
        // Somebody may be putting it right.
        let told = open().add(&chunk, &rejected).unwrap_err();
        assert!(matches!(told, NoRejects::There(_)), "{told}");
        assert!(std::fs::read_dir(folder.path()).unwrap().count() == 2, "nothing else is left");
        let told = Rejects::open(file.clone(), &source).unwrap_err();
        assert!(matches!(told, NoRejects::Source), "{told}");
        let told = Rejects::open(folder.path().to_owned(), &source).unwrap_err();
        assert!(matches!(told, NoRejects::NoFile(_)), "{told}");
    }

    #[test]
    fn objects_stay_as_they_are_written() {
        let told = |object: &str| {
            let mut text = Vec::new();
            write_object(&mut text, object, &["2", "", "why"].map(str::to_owned)).unwrap();
            String::from_utf8(text).unwrap()
        };
        let why = "{\"#line\":\"2\",\"#column\":\"\",\"#reason\":\"why\"";
        let numbers = "\"a\": 12345678901234567890123,\"a\":1.50";
        assert_eq!(told(&format!("{{\"#line\":\"9\", {numbers}}}\n")), format!("{why},{numbers}}}\n"));
        let by_hand = format!("{why},\"#text\":\"{{\\\"a\"}}\n");
        assert_eq!(told("{\"a\n"), by_hand);
        // ... and is not lost where nobody put it right.
        assert_eq!(told(&by_hand), by_hand);
        assert_eq!(told("{}"), format!("{why}}}\n"));
    }
}

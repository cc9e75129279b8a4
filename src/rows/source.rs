//! A file before it is brought in: how it is written, what its rows are, and what tells it from others. It is read through once.

use super::{bounded::LONGEST, columns::Kind};
use entity::enums::ImportKind;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Why a file cannot be read as a whole. Nothing of it has been brought in, or nothing from there on.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("the file is UTF-16: save it as UTF-8")]
    Utf16,
    #[error("the file is not UTF-8")]
    NotUtf8,
    #[error("the first line is no list of columns")]
    Header,
    #[error("the columns do not say what the rows are")]
    Kind,
    #[error("there is no column `{column}` for {}: its columns are {}", kind.word(), names(*kind))]
    Unknown { column: String, kind: Kind },
    #[error("the column `{column}` is missing, which {} need: their columns are {}", kind.word(), names(*kind))]
    Missing { column: &'static str, kind: Kind },
    #[error("the column `{column}` is there twice")]
    Twice { column: &'static str },
    #[error(
        "line {line}: the row that begins here is longer than a megabyte, or a quote in it is never closed"
    )]
    TooLong { line: u64 },
    #[error("the file has more than {most} rows: bring it in by parts")]
    TooMany { most: usize },
    #[error("line {line}: a quote that is opened here is never closed, or something follows its end")]
    Quote { line: u64 },
    #[error("line {line}: the file broke off")]
    Broken {
        line: u64,
        #[source]
        error: io::Error,
    },
}

fn names(kind: Kind) -> String {
    kind.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// How the characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Windows1252,
}

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With a first line that names the columns; what is between them.
    Csv { delimiter: u8 },
    /// An object on each line.
    Jsonl,
}

/// A file that rows can be read from.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: PathBuf,
    pub encoding: Encoding,
    /// Whether the encoding was taken for granted, as the file is no UTF-8.
    pub guessed: bool,
    pub format: Format,
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Columns that are passed over.
    pub ignored: Vec<String>,
    sha256: [u8; 32],
}

impl Source {
    /// Reads the file through. `kind` and `encoding` are found out unless told.
    ///
    /// # Errors
    /// When the file cannot be read, or its columns are not those of its rows.
    pub fn survey(
        path: &Path,
        kind: Option<Kind>,
        encoding: Option<Encoding>,
        ignored: &[String],
    ) -> Result<Self, Unreadable> {
        let seen = Seen::through(File::open(path)?)?;
        if seen.size == 0 {
            return Err(Unreadable::Empty);
        }
        if seen.start.starts_with(&[0xff, 0xfe]) || seen.start.starts_with(&[0xfe, 0xff]) {
            return Err(Unreadable::Utf16);
        }
        let (encoding, guessed) = match encoding {
            Some(Encoding::Utf8) if !seen.is_utf8 => return Err(Unreadable::NotUtf8),
            Some(encoding) => (encoding, false),
            None if seen.is_utf8 => (Encoding::Utf8, false),
            None => (Encoding::Windows1252, true),
        };
        let mut source = Self {
            path: path.to_owned(),
            encoding,
            guessed,
            format: Format::Jsonl,
            kind: kind.unwrap_or(Kind::Rows(ImportKind::Customers)),
            size: seen.size,
            ignored: ignored.to_vec(),
            sha256: seen.sha256,
        };
        let (format, names) = source.first_line()?;
        source.format = format;
        let known = names.iter().filter(|name| {
            !name.starts_with('#') && !ignored.iter().any(|it| it.eq_ignore_ascii_case(name.trim()))
        });
        source.kind = match kind {
            Some(kind) => kind,
            None => Kind::of_columns(&known.cloned().collect::<Vec<_>>())?,
        };
        if matches!(format, Format::Csv { .. }) {
            source.kind.places(&names, ignored)?;
        }
        Ok(source)
    }

    /// What tells an import of this file from others, in 64 hexadecimal digits: what is in it, and how it is cut into chunks.
    #[must_use]
    pub fn digest(&self) -> String {
        let how = format!("kartotek import 1\n{:?}\n{:?}\n{:?}\n", self.encoding, self.format, self.ignored);
        let digest = Sha256::new().chain_update(how).chain_update(self.sha256).finalize();
        hex::encode(digest)
    }

    /// How the rows are written, and the names of the columns; of a file of objects, those of the first.
    fn first_line(&self) -> Result<(Format, Vec<String>), Unreadable> {
        let mut start = Vec::new();
        self.open()?.take(LONGEST).read_to_end(&mut start)?;
        let text = String::from_utf8_lossy(&start);
        let line = text.lines().find(|line| !line.trim().is_empty()).ok_or(Unreadable::Empty)?;
        if line.trim_start().starts_with('{') {
            let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line);
            let object = object.map_err(|_| Unreadable::Header)?;
            return Ok((Format::Jsonl, object.into_iter().map(|(name, _)| name).collect()));
        }
        let count = |delimiter: u8| line.bytes().filter(|byte| *byte == delimiter).count();
        let delimiter = [b';', b',', b'\t'].into_iter().max_by_key(|it| count(*it)).unwrap_or(b';');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => {
                let names = record.iter().map(|name| name.trim().to_owned());
                Ok((Format::Csv { delimiter }, names.collect()))
            }
            _ => Err(Unreadable::Header),
        }
    }

    /// Its text from the beginning, as UTF-8.
    pub(super) fn open(&self) -> Result<impl Read + use<>, Unreadable> {
        let encoding = match self.encoding {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        let file = File::open(&self.path)?;
        Ok(encoding_rs_io::DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .strip_bom(true)
            .utf8_passthru(true)
            .build(file))
    }
}

/// What going through a file tells of it.
struct Seen {
    size: u64,
    start: Vec<u8>,
    is_utf8: bool,
    sha256: [u8; 32],
}

impl Seen {
    fn through(mut file: File) -> Result<Self, io::Error> {
        let (mut sha256, mut size, mut start) = (Sha256::new(), 0, Vec::new());
        // The end of what was read may be the beginning of a character.
        let (mut buffer, mut kept, mut is_utf8) = (vec![0; 1 << 18], 0, true);
        loop {
            let read = file.read(&mut buffer[kept..])?;
            if read == 0 {
                break;
            }
            let (new, all) = (&buffer[kept..kept + read], &buffer[..kept + read]);
            sha256.update(new);
            if start.is_empty() {
                start = new[..read.min(4)].to_vec();
            }
            size += read as u64;
            let cut = match std::str::from_utf8(all) {
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                Err(_) => {
                    is_utf8 = false;
                    all.len()
                }
                Ok(_) => all.len(),
            };
            let end = kept + read;
            buffer.copy_within(cut..end, 0);
            kept = end - cut;
        }
        Ok(Self { size, start, is_utf8: is_utf8 && kept == 0, sha256: sha256.finalize().into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(bytes: &[u8]) -> Result<(Source, String), Unreadable> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let source = Source::survey(file.path(), None, None, &[])?;
        let mut text = String::new();
        source.open()?.read_to_string(&mut text)?;
        Ok((source, text))
    }

    #[test]
    fn how_a_file_is_written_is_found_out() {
        let (utf8, _) = survey("\u{feff}Kundnummer;Namn\nK-1;Åsa\n".as_bytes()).unwrap();
        assert_eq!((utf8.encoding, utf8.guessed), (Encoding::Utf8, false));
        assert_eq!(utf8.format, Format::Csv { delimiter: b';' });
        let (old, text) = survey(b"reference,name\nK-1,\xc5sa\n").unwrap();
        assert_eq!((old.encoding, old.guessed), (Encoding::Windows1252, true));
        assert_eq!(text, "reference,name\nK-1,Åsa\n");
        let (lines, _) = survey(b"{\"reference\":\"K-1\",\"name\":\"A\"}\n").unwrap();
        assert_eq!((lines.format, lines.kind), (Format::Jsonl, Kind::Rows(ImportKind::Customers)));
        // A character may lie across what is read at once.
        let long = format!("reference,name\n{}å\n", "x".repeat((1 << 18) - 16));
        assert_eq!(survey(long.as_bytes()).unwrap().0.encoding, Encoding::Utf8);
        assert!(matches!(survey(b"\xff\xfeK\0"), Err(Unreadable::Utf16)));
        assert!(matches!(survey(b""), Err(Unreadable::Empty)));
    }

    #[test]
    fn wrong_columns_are_named() {
        let told = |bytes: &[u8], kind| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            Source::survey(file.path(), Some(kind), None, &[]).unwrap_err().to_string()
        };
        let missing = told(b"kundnummer;e-post\n", Kind::Rows(ImportKind::Customers));
        assert!(missing.starts_with("the column `name` is missing, which customers need: "), "{missing}");
        let unknown = told(b"kundnummer;namn;skostorlek\n", Kind::Rows(ImportKind::Customers));
        assert!(unknown.starts_with("there is no column `skostorlek` for customers"), "{unknown}");
        let twice = told(b"kundnummer;namn;name\n", Kind::Rows(ImportKind::Customers));
        assert_eq!(twice, "the column `name` is there twice");
    }
}

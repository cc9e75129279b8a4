//! A file before it is brought in: how it is written, what its rows are, and what tells it from others. It is read through once.

use super::{
    bounded::LONGEST,
    columns::{Kind, is_passed_over},
    object::Object,
    seen::{Passing, Seen},
};
use entity::enums::ImportKind;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Why a file cannot be read as a whole. Nothing of it has been brought in, or nothing from there on.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    #[error("this is no regular file, and cannot be read more than once")]
    NoFile,
    #[error("the file is empty")]
    Empty,
    #[error("the file is UTF-16: save it as UTF-8")]
    Utf16,
    #[error("line {line} is not UTF-8")]
    NotUtf8 { line: u64 },
    #[error("its lines end in carriage returns alone: save it with line feeds")]
    Returns,
    #[error("the first line is no list of columns")]
    Header,
    #[error("the columns do not say what the rows are")]
    Kind,
    #[error(
        "there is no column `{column}` for {} (number {number} in the file): their columns are {}",
        kind.word(),
        names(*kind)
    )]
    Unknown { column: String, number: usize, kind: Kind },
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
    #[error("the file was changed while it was brought in")]
    Changed,
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
    /// What it is called to people, and beside which its rejects go: its path, unless it is a part of something else.
    pub name: PathBuf,
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
        // It is read twice, and its rejects lie beside it.
        if path == Path::new("-") || path.starts_with("/dev") || !fs::metadata(path)?.is_file() {
            return Err(Unreadable::NoFile);
        }
        let seen = Seen::through(File::open(path)?)?;
        if seen.size == 0 {
            return Err(Unreadable::Empty);
        }
        if seen.start.starts_with(&[0xff, 0xfe]) || seen.start.starts_with(&[0xfe, 0xff]) {
            return Err(Unreadable::Utf16);
        }
        if seen.has_return && !seen.has_feed {
            return Err(Unreadable::Returns);
        }
        let has_mark = seen.start.starts_with("\u{feff}".as_bytes());
        let (encoding, guessed) = match (encoding, seen.not_utf8) {
            (Some(Encoding::Windows1252), _) if !has_mark => (Encoding::Windows1252, false),
            (_, None) => (Encoding::Utf8, false),
            // Where any letter is UTF-8, it is a file of that with something wrong in it.
            (None, Some(_)) if !seen.has_utf8 => (Encoding::Windows1252, true),
            (_, Some(line)) => return Err(Unreadable::NotUtf8 { line }),
        };
        let mut source = Self {
            path: path.to_owned(),
            name: path.to_owned(),
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
        let known = names.iter().filter(|name| !name.is_empty() && !is_passed_over(name, ignored));
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
        let how = format!("kartotek import 2\n{:?}\n{:?}\n{:?}\n", self.encoding, self.format, self.ignored);
        let digest = Sha256::new().chain_update(how).chain_update(self.sha256).finalize();
        hex::encode(digest)
    }

    /// What tells its bytes from others.
    pub(super) const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// How the rows are written, and the names of the columns; of a file of objects, those of the first.
    fn first_line(&self) -> Result<(Format, Vec<String>), Unreadable> {
        let mut start = Vec::new();
        self.open()?.0.take(LONGEST).read_to_end(&mut start)?;
        let text = String::from_utf8_lossy(&start);
        let mut text = from_first_row(&text);
        let mut line = text.lines().next().ok_or(Unreadable::Empty)?;
        if line.trim_start().starts_with('{') {
            return Ok((Format::Jsonl, names_of_objects(text)?));
        }
        let count = |delimiter: u8| line.bytes().filter(|byte| *byte == delimiter).count();
        let most = [b';', b',', b'\t'].into_iter().max_by_key(|it| count(*it)).unwrap_or(b';');
        let told = told_delimiter(line);
        if told.is_some() {
            text = from_first_row(text.split_once('\n').unwrap_or_default().1);
            line = text.lines().next().ok_or(Unreadable::Header)?;
        }
        let delimiter = told.unwrap_or(most);
        if !line.contains('"') && line.trim_end_matches('\r').contains('\r') {
            return Err(Unreadable::Returns);
        }
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

    /// The same, called something else.
    #[must_use]
    pub fn called(self, name: PathBuf) -> Self {
        Self { name, ..self }
    }

    /// Its text from the beginning, as UTF-8, and what sees its bytes pass.
    pub(super) fn open(&self) -> Result<(impl Read + use<>, Passing), Unreadable> {
        let encoding = match self.encoding {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        let (file, passing) = Passing::of(File::open(&self.path)?);
        let text = encoding_rs_io::DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .strip_bom(true)
            .utf8_passthru(true)
            .build(file);
        Ok((text, passing))
    }
}

/// The text without empty lines before its first row.
fn from_first_row(mut text: &str) -> &str {
    while let Some((line, rest)) = text.split_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    text
}

/// What some spreadsheets say first: the character between the columns.
fn told_delimiter(line: &str) -> Option<u8> {
    match *line.trim_end_matches(['\r', '\n']).as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', it] if it == b'\t' || it.is_ascii_punctuation() => {
            (it != b'"').then_some(it)
        }
        _ => None,
    }
}

/// Whether this is that line, which is no row.
pub(super) fn is_told_delimiter(record: &csv::StringRecord) -> bool {
    record.len() == 2 && record[0].eq_ignore_ascii_case("sep=") && record[1].trim().is_empty()
}

/// The names of the first object that has any but those that are passed over.
fn names_of_objects(text: &str) -> Result<Vec<String>, Unreadable> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let names = |line: &str| -> Result<Vec<String>, Unreadable> {
        let object = serde_json::from_str::<Object>(line).map_err(|_| Unreadable::Header)?;
        Ok(object.names().filter(|name| !name.starts_with('#')).map(str::to_owned).collect())
    };
    let first = lines.next().map(names).transpose()?.unwrap_or_default();
    if !first.is_empty() {
        return Ok(first);
    }
    Ok(lines.filter_map(|line| names(line).ok()).find(|names| !names.is_empty()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(bytes: &[u8]) -> Result<(Source, String), Unreadable> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let source = Source::survey(file.path(), None, None, &[])?;
        let mut text = String::new();
        source.open()?.0.read_to_string(&mut text)?;
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
    fn one_wrong_byte_makes_no_other_encoding_of_a_file_of_utf8() {
        for text in
            [&b"reference,name\n1,\xc3\x85sa\n2,\xc5sa\n"[..], b"\xef\xbb\xbfreference,name\n1,A\n2,\xc5sa\n"]
        {
            assert_eq!(survey(text).unwrap_err().to_string(), "line 3 is not UTF-8");
        }
        // Also where it comes first, and at the end of the file, and far into it.
        let first = survey(b"reference,name\n1,\xc5sa\n2,\xc3\x85sa\n").unwrap_err();
        assert_eq!(first.to_string(), "line 2 is not UTF-8");
        let far =
            [b"reference,name\n1,\xc3\x85".to_vec(), b"\n".repeat(1 << 19), b"2,\xc3".to_vec()].concat();
        let told = format!("line {} is not UTF-8", 2 + (1 << 19));
        assert_eq!(survey(&far).unwrap_err().to_string(), told);

        let file = tempfile::NamedTempFile::new().unwrap();
        let told = |text: &[u8]| {
            fs::write(file.path(), text).unwrap();
            Source::survey(file.path(), None, Some(Encoding::Windows1252), &[]).unwrap().encoding
        };
        assert_eq!(told(b"reference,name\n1,\xc3\x85sa\n2,\xc5sa\n"), Encoding::Windows1252);
        assert_eq!(told("\u{feff}reference,name\n1,Åsa\n".as_bytes()), Encoding::Utf8);
    }

    #[test]
    fn what_programs_write_before_and_beside_the_columns_is_passed_over() {
        let csv = |delimiter| Format::Csv { delimiter };
        assert_eq!(survey(b"\n \r\nsep=;\r\n\r\nreference;name\r\nK-1;A\r\n").unwrap().0.format, csv(b';'));
        assert_eq!(survey(b"Sep=|\nreference|name\nK-1|A,B;C\n").unwrap().0.format, csv(b'|'));
        assert_eq!(survey(b"reference,name,,\nK-1,A,,\n").unwrap().0.format, csv(b','));
        let by_hand =
            b"{\"#line\":\"2\",\"#text\":\"{\"}\n{\"#line\":\"3\",\"reference\":1,\"name\":\"A\"}\n";
        assert_eq!(survey(by_hand).unwrap().0.kind, Kind::Rows(ImportKind::Customers));
        for text in [&b"reference,name\rK-1,A\r"[..], b"reference,name\rK-1,A\rK-2,B\n"] {
            assert!(matches!(survey(text), Err(Unreadable::Returns)));
        }
        for path in ["-", "/dev/stdin", "/dev/null", "/tmp"] {
            let told = Source::survey(Path::new(path), None, None, &[]);
            assert!(matches!(told, Err(Unreadable::NoFile)), "{path}");
        }
    }

    #[test]
    fn wrong_columns_are_named() {
        let told = |bytes: &[u8], kind| {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), bytes).unwrap();
            Source::survey(file.path(), Some(kind), None, &[]).unwrap_err().to_string()
        };
        let missing = told(b"kundnummer;e-post\n", Kind::Rows(ImportKind::Customers));
        assert!(missing.starts_with("the column `name` is missing, which customers need: "), "{missing}");
        let unknown = told(b"kundnummer;namn;skostorlek\n", Kind::Rows(ImportKind::Customers));
        assert!(unknown.starts_with("there is no column `skostorlek` for customers"), "{unknown}");
        let strange = told(b"kundnummer;namn;sko\x1b[2Jstorlek\n", Kind::Rows(ImportKind::Customers));
        let told_as = "there is no column `sko\u{fffd}[2Jstorlek` for customers (number 3 in the file): ";
        assert!(strange.starts_with(told_as), "{strange}");
        let twice = told(b"kundnummer;namn;name\n", Kind::Rows(ImportKind::Customers));
        assert_eq!(twice, "the column `name` is there twice");
    }
}

//! The file that rejects are written to while an import goes on: beside the one where they are at last, and nobody else's.

use super::{object::Object, rejects::WHY, source::Format};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Why rejects cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum NoRejects {
    #[error("rejects cannot be written to the file that is brought in")]
    Source,
    #[error("{} is no file", .0.display())]
    NoFile(PathBuf),
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    #[error("another run is bringing this file in: wait until it is over")]
    Busy,
    #[error("rows were left out: {told}; and {} tells of {written}", path.display())]
    NotWhole { path: PathBuf, told: u64, written: u64 },
    #[error("{} cannot be written", path.display())]
    Broken {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
}

/// It, for one run alone. If there is nothing in it at last, it goes.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    file: File,
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.file.metadata().is_ok_and(|it| it.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Part {
    /// Makes it, or opens the one that an earlier run left.
    pub(super) fn open(path: PathBuf) -> Result<Self, NoRejects> {
        loop {
            let file = match for_the_owner(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(NoRejects::NoFile(path));
                }
                Err(error) => return Err(NoRejects::Broken { path, error }),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(NoRejects::Busy),
                Err(TryLockError::Error(error)) => return Err(NoRejects::Broken { path, error }),
            }
            // Whoever had it until now may have put it in its place.
            if is_at(&file, &path) {
                return Ok(Self { path, file });
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.len() == 0)
    }

    /// Takes away what it tells of this line and later ones, and what broke off. Of how many rows it still tells.
    pub(super) fn cut(&mut self, format: Format, line: u64) -> io::Result<u64> {
        self.file.seek(SeekFrom::Start(0))?;
        let (rows, end) = match format {
            Format::Csv { delimiter } => csv_before(&self.file, delimiter, line)?,
            Format::Jsonl => jsonl_before(&self.file, line)?,
        };
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end))?;
        Ok(rows)
    }

    /// Adds to its end.
    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)
    }

    /// Puts it where it belongs, if nothing is there.
    pub(super) fn publish(self, place: &Path) -> Result<(), NoRejects> {
        let broken = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => NoRejects::There(place.to_owned()),
            _ => NoRejects::Broken { path: place.to_owned(), error },
        };
        self.file.sync_all().map_err(broken)?;
        match fs::hard_link(&self.path, place) {
            Ok(()) => fs::remove_file(&self.path).map_err(broken),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(broken(error)),
            // Not every file system has links.
            Err(_) if place.symlink_metadata().is_err() => fs::rename(&self.path, place).map_err(broken),
            Err(error) => Err(broken(error)),
        }
    }

    /// Makes sure that it lasts.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// A file that nobody else can read: what was left out is customers' data as well. One that is there has to be a file.
fn for_the_owner(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match path.symlink_metadata() {
                Ok(it) if it.is_file() => {}
                Ok(_) => return Err(error),
                // It was, a moment ago.
                Err(gone) if gone.kind() == io::ErrorKind::NotFound => return for_the_owner(path),
                Err(error) => return Err(error),
            }
            let file = options.open(path)?;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            Ok(file)
        }
        made => made,
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let of = |it: fs::Metadata| (it.dev(), it.ino());
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(one), Ok(other)) => of(one) == of(other),
        _ => false,
    }
}

/// How many whole rows tell of lines before `line`, and where they end.
fn csv_before(file: &File, delimiter: u8, line: u64) -> io::Result<(u64, u64)> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(file);
    let (mut record, mut before, mut rows, mut end) = (csv::ByteRecord::new(), (0, 0), 0, 0);
    while reader.read_byte_record(&mut record).map_err(io::Error::other)? {
        if end > 0 {
            let number = std::str::from_utf8(&record[0]).ok().and_then(|it| it.parse::<u64>().ok());
            if number.is_none_or(|number| number >= line) {
                break;
            }
            (before, rows) = ((rows, end), rows + 1);
        } else if record[0] != *WHY[0].as_bytes() {
            break;
        }
        end = reader.position().byte();
    }
    let mut last = [0];
    if end > 0 && file.read_exact_at(&mut last, end - 1).is_ok() && last != *b"\n" {
        (rows, end) = before;
    }
    // With none of its rows, its first line goes, too: it is written with the first of them.
    Ok((rows, if rows == 0 { 0 } else { end }))
}

/// The same, of objects.
fn jsonl_before(file: &File, line: u64) -> io::Result<(u64, u64)> {
    let (mut text, mut bytes, mut rows, mut end) = (BufReader::new(file), Vec::new(), 0, 0);
    loop {
        bytes.clear();
        let read = text.read_until(b'\n', &mut bytes)? as u64;
        let told = serde_json::from_slice::<Object>(&bytes).ok().and_then(|it| it.text(WHY[0])?.parse().ok());
        if !bytes.ends_with(b"\n") || told.is_none_or(|number: u64| number >= line) {
            return Ok((rows, end));
        }
        (rows, end) = (rows + 1, end + read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_off_is_cut_away_and_what_tells_of_later_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let csv = Format::Csv { delimiter: b';' };
        let head = "\u{feff}#line;#column;#reason;namn\n";
        for (text, format, line, kept) in [
            ("3;;x;\"A\nB\"\n7;;x;C\n9;;x;D\n", csv, 9, (2, "3;;x;\"A\nB\"\n7;;x;C\n")),
            ("3;;x;\"A\nB\"\n7;;x;C", csv, 9, (1, "3;;x;\"A\nB\"\n")),
            ("3;;x;A\n", csv, 3, (0, "")),
            ("", csv, 3, (0, "")),
            ("{\"#line\":\"2\"}\n{\"#line\":\"4\"}\n", Format::Jsonl, 4, (1, "{\"#line\":\"2\"}\n")),
            ("{\"#line\":\"2\"}\n{\"#line\":\"3\"", Format::Jsonl, 4, (1, "{\"#line\":\"2\"}\n")),
        ] {
            let head = if format == csv { head } else { "" };
            fs::write(&path, format!("{head}{text}")).unwrap();
            let mut part = Part::open(path.clone()).unwrap();
            assert_eq!(part.cut(format, line).unwrap(), kept.0, "{text:?}");
            let left = fs::read_to_string(&path).unwrap();
            assert_eq!(left, if kept.0 == 0 { String::new() } else { format!("{head}{}", kept.1) });
            drop(part);
            assert_eq!(path.exists(), kept.0 > 0, "nothing is left of an empty one");
        }
    }

    #[test]
    fn one_run_alone_has_it_and_it_goes_over_nobody_s_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, place) = (folder.path().join("part"), folder.path().join("rejects"));
        let mut part = Part::open(path.clone()).unwrap();
        assert!(matches!(Part::open(path.clone()), Err(NoRejects::Busy)));
        part.write(b"new").unwrap();
        fs::write(&place, "old").unwrap();
        assert!(matches!(part.publish(&place), Err(NoRejects::There(_))));
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        fs::remove_file(&place).unwrap();
        Part::open(path.clone()).unwrap().publish(&place).unwrap();
        assert_eq!((fs::read_to_string(&place).unwrap(), path.exists()), ("new".to_owned(), false));

        std::os::unix::fs::symlink(&place, &path).unwrap();
        assert!(matches!(Part::open(path.clone()), Err(NoRejects::NoFile(_))));
        assert!(matches!(Part::open(folder.path().to_owned()), Err(NoRejects::NoFile(_))));
    }
}

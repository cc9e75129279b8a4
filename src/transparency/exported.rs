//! Events out of files that the log was exported to, for those that have left the database.

use super::export::{EventLine, Line};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// One line of so many is noted, to begin reading at.
const EVERY: u64 = 1_000;

/// Files with events, each in the order of its places.
#[derive(Debug, Default)]
pub struct Exported(Vec<Indexed>);

#[derive(Debug)]
struct Indexed {
    path: PathBuf,
    /// Where lines begin, by the places that they are about.
    lines: Vec<(u64, u64)>,
    last: u64,
}

impl Exported {
    /// Goes through the files once, to find things in them later.
    ///
    /// # Errors
    /// When one cannot be read, or is no export.
    pub fn open(paths: &[PathBuf]) -> io::Result<Self> {
        paths.iter().map(|path| Indexed::open(path)).collect::<io::Result<_>>().map(Self)
    }

    /// What any of the files has of the places from one up to another, that one not included.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn between(&self, from: u64, upto: u64) -> io::Result<BTreeMap<u64, Vec<EventLine>>> {
        let mut found = BTreeMap::new();
        for file in &self.0 {
            file.between(from, upto, &mut found)?;
        }
        Ok(found)
    }
}

impl Indexed {
    fn open(path: &Path) -> io::Result<Self> {
        let named = |why: &str| io::Error::other(format!("{}: {why}", path.display()));
        let mut file = BufReader::new(File::open(path).map_err(|error| named(&error.to_string()))?);
        let (mut lines, mut last, mut at, mut text) = (Vec::new(), None, 0, Vec::new());
        for nth in 0.. {
            text.clear();
            let length = read_line(&mut file, &mut text)?;
            if length == 0 {
                break;
            }
            if let Some(place) = place(&text) {
                if last.is_some_and(|last| last >= place) {
                    return Err(named("its events are not in the order of their places"));
                }
                if last.is_none() || nth % EVERY == 0 {
                    lines.push((place, at));
                }
                last = Some(place);
            }
            at += length;
        }
        let last = last.ok_or_else(|| named("there are no events in it"))?;
        Ok(Self { path: path.to_owned(), lines, last })
    }

    fn between(&self, from: u64, upto: u64, found: &mut BTreeMap<u64, Vec<EventLine>>) -> io::Result<()> {
        let nearest = self.lines.partition_point(|(place, _)| *place <= from).saturating_sub(1);
        let Some((_, begin)) =
            self.lines.get(nearest).filter(|(first, _)| *first < upto && from <= self.last)
        else {
            return Ok(());
        };
        let mut file = BufReader::new(File::open(&self.path)?);
        file.seek(SeekFrom::Start(*begin))?;
        let mut text = Vec::new();
        while {
            text.clear();
            read_line(&mut file, &mut text)? > 0
        } {
            match place(&text) {
                Some(place) if place >= upto => break,
                Some(place) if place >= from => {
                    // One that was damaged is as good as none.
                    if let Ok(Line::Event(event)) = serde_json::from_slice(&text)
                        && event.leaf_index == place
                    {
                        found.entry(place).or_default().push(*event);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The longest line that is read, in bytes: one of an event about some hundred thousand customers.
const LONGEST: u64 = 64 << 20;

/// The next line, into what is empty; how long it is.
///
/// # Errors
/// When it cannot be read, or is longer than any.
pub fn read_line(file: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<u64> {
    let length = file.take(LONGEST).read_until(b'\n', text)? as u64;
    if length == LONGEST { Err(io::Error::other("a line of it is too long")) } else { Ok(length) }
}

/// The place that a line is about, as each event's begins.
fn place(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(br#"{"leafIndex":"#)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()
}

//! Goes through the ledger from its beginning, however long it is: what was intended waits until the line that says that it
//! was done.

use super::line::{Intent, Malformed, Said, read};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};
use uuid::Uuid;

/// No line is nearly so long.
const LONGEST: u64 = 64 << 10;

/// Where somebody is in the ledger.
#[derive(Debug)]
pub struct Entries {
    lines: BufReader<io::Take<File>>,
    place: Place,
    /// The number of a line that cannot be read, until the next one says whether it broke off.
    unread: Option<u64>,
    torn: Vec<u64>,
}

/// How much was read, and what of it waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) bytes: u64,
    line: u64,
    pub(super) open: BTreeMap<Uuid, Intent>,
}

/// What is left when all was read.
#[derive(Debug, Default)]
pub struct Left {
    /// What was intended, and nothing says that it was done.
    pub open: Vec<Intent>,
    /// The numbers of lines that broke off.
    pub torn: Vec<u64>,
}

impl Entries {
    /// From that place on, up to so many bytes.
    pub(super) fn from(mut file: File, place: Place, upto: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(place.bytes))?;
        let lines = BufReader::new(file.take(upto.saturating_sub(place.bytes)));
        Ok(Self { lines, place, unread: None, torn: Vec::new() })
    }

    /// The next that were done, so many at most; none when there are no more.
    ///
    /// # Errors
    /// What the file system says; [`Malformed`] for a line that did not merely break off.
    pub fn done(&mut self, most: usize) -> io::Result<Vec<Intent>> {
        let mut done = Vec::new();
        let mut line = Vec::new();
        while done.len() < most {
            line.clear();
            let length = self.lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
            if length == 0 {
                self.end()?;
                break;
            }
            let is_whole = line.ends_with(b"\n");
            self.place.line += 1;
            match read(&line) {
                Some(Said::Torn { .. }) => self.torn.extend(self.unread.take()),
                said => {
                    self.end()?;
                    match said {
                        Some(Said::Intent(intent)) => {
                            self.place.open.insert(intent.entry, intent);
                        }
                        Some(Said::Done { entry, .. }) => done.extend(self.place.open.remove(&entry)),
                        // Nothing comes after the last one, and only that may have no end.
                        None if is_whole || length as u64 == LONGEST => self.unread = Some(self.place.line),
                        None => {
                            self.torn.push(self.place.line);
                            // Whoever goes on from here begins with it.
                            self.place.line -= 1;
                            break;
                        }
                        Some(Said::Torn { .. }) => {}
                    }
                }
            }
            self.place.bytes += length as u64;
        }
        Ok(done)
    }

    /// What was left open when all was read.
    #[must_use]
    pub fn left(self) -> Left {
        Left { open: self.place.open.into_values().collect(), torn: self.torn }
    }

    pub(super) fn place(self) -> Place {
        self.place
    }

    /// A line that could not be read, and that no other says broke off.
    fn end(&mut self) -> io::Result<()> {
        match self.unread.take() {
            Some(line) => Err(io::Error::new(io::ErrorKind::InvalidData, Malformed(line))),
            None => Ok(()),
        }
    }
}

//! What somebody has saved of what was signed.

use crate::{
    checkpoints::{Checkpoints, Line},
    cli::{failure::Failure, output},
    transparency::{
        note::{self, Unfit},
        verify::{Signed, Wrong},
    },
};
use std::{fs, path::Path};

/// What files say was signed.
#[derive(Debug, Default)]
pub(super) struct Saved {
    pub(super) signed: Vec<Signed>,
    /// What nobody has signed as it stands there.
    pub(super) wrong: Vec<Wrong>,
    /// How many none of the keys has signed: nobody can tell whether they are true.
    pub(super) unknown: u64,
}

impl Saved {
    /// And what this file says: a note, or a line of JSON for each.
    pub(super) fn read(&mut self, file: &Path, keys: &[String]) -> Result<(), Failure> {
        let named = |error: String| Failure::new(error).hint(format!("see {}", file.display()));
        let path = file.display();
        let before = self.signed.len() + self.wrong.len();
        let mut unknown = 0;
        let text = fs::read(file).map_err(|error| named(error.to_string()))?;
        if note::read(&text).is_ok() {
            unknown += self.note(&text, keys, path.to_string());
        } else {
            let lines = Checkpoints::new(file.to_owned()).all().map_err(|error| named(error.to_string()))?;
            if !lines.iter().any(|line| matches!(line, Line::Whole(_))) {
                return Err(named("there is no signed note in it".to_owned()));
            }
            let mut broken_off = 0;
            for (number, line) in (1..).zip(lines) {
                let whence = format!("line {number} of {path}");
                match line {
                    Line::Whole(line) => unknown += self.note(line.note.as_bytes(), keys, whence),
                    Line::Damaged => {
                        let why = "it is not as it was written".to_owned();
                        self.wrong.push(Wrong::NotSigned { whence, why });
                    }
                    Line::BrokenOff => broken_off += 1,
                }
            }
            if broken_off > 0 {
                output::note(&format!("{broken_off} lines of {path} are broken off"));
            }
        }
        self.unknown += unknown;
        if self.signed.len() + self.wrong.len() == before {
            return Err(named(Unfit::NotSigned.to_string()));
        }
        Ok(())
    }

    /// How many of this one are signed by none of the keys: 0 or 1.
    fn note(&mut self, note: &[u8], keys: &[String], whence: String) -> u64 {
        match if keys.is_empty() { note::read(note) } else { note::open(note, keys) } {
            Ok(said) => {
                let whence = format!("{whence}, of {} events,", said.size);
                self.signed.push(Signed { size: said.size, root: said.root, outside: true, whence });
            }
            // The key may have been replaced since.
            Err(Unfit::NotSigned) => return 1,
            Err(why) => self.wrong.push(Wrong::NotSigned { whence, why: why.to_string() }),
        }
        0
    }
}

//! Whether an exported file is what was signed.

use super::{
    Body,
    export::{EventLine, Line},
    exported::read_line,
    note,
    verify::{Check, Report, Signed, Stored, Wrong},
};
use std::{
    collections::{BTreeMap, HashSet},
    io::{self, BufRead},
};

/// What came of looking through a file.
#[derive(Clone, Debug)]
pub struct Looked {
    pub report: Report,
    /// How many events are proven to be in the log, where the file does not hold the whole.
    pub proven: u64,
}

/// Looks through a file that was exported. `saved` was signed about the log and is kept elsewhere; with `keys`, verifier keys,
/// what the file says was signed is checked as well. `progress` is told how many bytes were read.
///
/// # Errors
/// When the file cannot be read.
pub fn look_through(
    mut file: impl BufRead,
    saved: &[Signed],
    keys: &[String],
    progress: impl Fn(u64),
) -> io::Result<Looked> {
    let mut looking = Looking {
        check: Check::of_file(),
        tree: None,
        notes: BTreeMap::new(),
        proven: HashSet::new(),
        saved,
        keys,
    };
    let (mut text, mut read) = (Vec::new(), 0);
    for line in 1.. {
        text.clear();
        let length = read_line(&mut file, &mut text)?;
        if length == 0 {
            break;
        }
        read += length;
        let goes_on = match parse(&text) {
            Some(Line::Signed(signed)) => {
                looking.signed(line, signed.checkpoint.as_bytes())?;
                true
            }
            Some(Line::Event(event)) => looking.event(line, &event)?,
            None => {
                looking.check.found(Wrong::LineDamaged(line));
                true
            }
        };
        progress(read);
        if !goes_on {
            break;
        }
    }
    Ok(looking.end())
}

/// What a line says, if it says so in the one way in which it is written.
fn parse(text: &[u8]) -> Option<Line> {
    let line = serde_json::from_slice(text).ok()?;
    (serde_json::to_vec(&line).ok()? == text.strip_suffix(b"\n")?).then_some(line)
}

struct Looking<'a> {
    check: Check,
    /// What was signed last in the file, by its size and root.
    tree: Option<(u64, [u8; 32])>,
    /// All that was signed in it, by its size, with the line.
    notes: BTreeMap<u64, ([u8; 32], u64)>,
    proven: HashSet<u64>,
    saved: &'a [Signed],
    keys: &'a [String],
}

impl Looking<'_> {
    fn signed(&mut self, line: u64, text: &[u8]) -> io::Result<()> {
        let whence = format!("the note on line {line}");
        let said = if self.keys.is_empty() { note::read(text) } else { note::open(text, self.keys) };
        match said {
            Ok(said) => {
                self.tree = Some((said.size, said.root));
                let (root, before) = *self.notes.entry(said.size).or_insert((said.root, line));
                if root != said.root {
                    let why = format!("the note on line {before} says something else of as many events");
                    self.check.found(Wrong::NotSigned { whence: whence.clone(), why });
                }
                // Where the lines before it are the whole log by then; else those after it are proven by it.
                if self.check.size() > 0 {
                    let signed = Signed { size: said.size, root: said.root, outside: false, whence };
                    self.check.expect(signed).map_err(io::Error::other)?;
                }
            }
            Err(why) => {
                self.tree = None;
                self.check.found(Wrong::NotSigned { whence, why: why.to_string() });
            }
        }
        Ok(())
    }

    /// Whether more can be looked at.
    fn event(&mut self, line: u64, event: &EventLine) -> io::Result<bool> {
        let (place, body) = (event.leaf_index, event.bytes());
        let parsed = body.as_deref().and_then(Body::parse);
        let id = parsed.as_ref().map(|body| body.id.to_string()).unwrap_or_default();
        let Some(body) = body.filter(|_| parsed.is_some()) else {
            self.check.found(Wrong::LineDamaged(line));
            return Ok(event.hashes.is_some());
        };
        if !event.shows_what_is_withheld() {
            self.check.found(Wrong::WithheldChanged(place, id.clone()));
        }
        if event.hashes.is_some() {
            if self.tree.is_some_and(|tree| event.is_in(tree)) {
                self.proven.insert(place);
            } else {
                self.check.found(Wrong::NotProven { line, place, id });
            }
            return Ok(true);
        }
        if place != self.check.size() {
            self.check.found(Wrong::LineMissing { line, is: place, expected: self.check.size() });
            return Ok(false);
        }
        // The whole log follows, so that all that was signed about it is compared.
        if place == 0 {
            let notes = self.notes.iter().map(|(size, (root, line))| {
                let whence = format!("the note on line {line}");
                Signed { size: *size, root: *root, outside: false, whence }
            });
            for signed in self.saved.iter().cloned().chain(notes) {
                self.check.expect(signed).map_err(io::Error::other)?;
            }
        }
        let stored = Stored { id: parsed.map(|body| body.id), body: Some(body), ..Stored::default() };
        self.check.place(stored.look(place, true)).map_err(io::Error::other)?;
        Ok(true)
    }

    fn end(mut self) -> Looked {
        let size = self.check.size();
        if size == 0 {
            // Each event by itself: that the log only grew is another proof.
            let of = |saved: &Signed| self.notes.get(&saved.size).map(|(root, _)| *root == saved.root);
            let agree = self.saved.iter().filter(|saved| of(saved) == Some(true)).count() as u64;
            for saved in self.saved.iter().filter(|saved| of(saved) == Some(false)) {
                let (size, whence) = (saved.size, saved.whence.clone());
                self.check.found(Wrong::NotWhatWasSigned { size, from: 0, whence });
            }
            if self.proven.is_empty() {
                self.check.found(Wrong::NothingSignedFrom(0));
            }
            let not_compared = self.saved.iter().filter(|saved| of(saved).is_none()).count() as u64;
            let report = Report { agreements: agree, not_compared, ..self.check.end(0) };
            return Looked { report, proven: self.proven.len() as u64 };
        }
        if self.check.agreed() < size {
            self.check.found(Wrong::NothingSignedFrom(self.check.agreed()));
        }
        let proven = self.proven.len() as u64;
        Looked { report: self.check.end(0), proven }
    }
}

//! Numbers of customers from a file, a part at a time: however long it is, only a part of it is in memory. A pipe, which cannot be
//! read twice, is kept.

use crate::{
    cli::failure::Failure,
    identifier::{Text, TextProblem},
};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    thread,
};
use tokio::sync::mpsc;

/// Numbers that one call may bring.
const MOST: usize = 10_000;

/// Bytes of them in one call. A server takes 524,288 unless it is told otherwise.
const BYTES: usize = 256 << 10;

/// The longest number, in characters.
const LONGEST: usize = 200;

/// The longest line, in bytes: such a number in UTF-8, and room around it.
const LINE: u64 = 4 * LONGEST as u64 + 200;

/// Why a list is none. Says where, and not what stands there.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadList {
    #[error("the references cannot be read")]
    Read(#[source] io::Error),
    #[error("line {0} is not UTF-8 text")]
    NotText(u64),
    #[error("line {0} is too long for a reference: one stands on each line")]
    TooLong(u64),
    #[error("line {0} is no reference: {1}")]
    Bad(u64, TextProblem),
    #[error("there is no reference in it")]
    Empty,
}

/// Numbers for one call.
pub(super) type Part = Vec<String>;

/// A list, a part after another, or why it is none.
pub(super) type Parts = mpsc::Receiver<Result<Part, BadList>>;

/// Parts that were kept.
pub(super) fn again(kept: Vec<Part>) -> Parts {
    let (sender, receiver) = mpsc::channel(kept.len().max(1));
    for part in kept {
        // There is room for all.
        let _ = sender.try_send(Ok(part));
    }
    receiver
}

/// Where a list comes from.
pub(super) struct List {
    source: Box<dyn Read + Send>,
    /// Whether it can be read a second time.
    pub is_file: bool,
}

impl List {
    /// `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self { source: Box::new(io::stdin()), is_file: false });
        }
        let named = |error: io::Error| named(BadList::Read(error), path);
        let file = File::open(path).map_err(named)?;
        let is_file = file.metadata().map_err(named)?.is_file();
        Ok(Self { source: Box::new(file), is_file })
    }

    /// Its parts, read while they are awaited. Whoever waits for standard input can still be interrupted.
    pub(super) fn parts(self) -> Parts {
        let (sender, receiver) = mpsc::channel(1);
        thread::spawn(move || {
            // Nobody who listens is no failure: they have been interrupted.
            let send = |part| sender.blocking_send(Ok(part)).is_ok();
            if let Err(bad) = read(BufReader::new(self.source), send) {
                let _ = sender.blocking_send(Err(bad));
            }
        });
        receiver
    }
}

/// That it is this file's.
pub(super) fn named(bad: BadList, path: &Path) -> Failure {
    Failure::usage(bad).hint(format!("see {}; one reference stands on each line, in UTF-8", path.display()))
}

/// Reads all lines; blank ones count for nothing. `send` says whether to go on.
fn read(mut lines: impl BufRead, mut send: impl FnMut(Part) -> bool) -> Result<(), BadList> {
    let (mut part, mut bytes, mut number, mut any) = (Vec::new(), 0, 0, false);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let length = (&mut lines).take(LINE).read_until(b'\n', &mut line).map_err(BadList::Read)?;
        if length == 0 {
            break;
        }
        if length as u64 == LINE && !line.ends_with(b"\n") {
            return Err(BadList::TooLong(number));
        }
        let text = str::from_utf8(&line).map_err(|_| BadList::NotText(number))?;
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        let reference = match Text::line(text, LONGEST) {
            Ok(reference) => reference,
            Err(TextProblem::Empty) => continue,
            Err(TextProblem::TooLong { .. }) => return Err(BadList::TooLong(number)),
            Err(problem) => return Err(BadList::Bad(number, problem)),
        };
        if part.len() == MOST || bytes + reference.len() > BYTES {
            bytes = 0;
            if !send(std::mem::take(&mut part)) {
                return Ok(());
            }
        }
        any = true;
        bytes += reference.len() + 3;
        part.push(reference);
    }
    if !any {
        return Err(BadList::Empty);
    }
    send(part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: impl AsRef<[u8]>) -> Result<Vec<Part>, String> {
        let mut parts = Vec::new();
        let read = read(text.as_ref(), |part| {
            parts.push(part);
            true
        });
        read.map(|()| parts).map_err(|bad| bad.to_string())
    }

    #[test]
    fn one_number_stands_on_each_line() {
        let text = "\u{feff}K-1\r\n\n  K-2  \n\t\nK-3";
        assert_eq!(parts(text).unwrap(), [["K-1", "K-2", "K-3"]]);
        for (text, told) in [
            ("", "there is no reference in it"),
            ("\n \r\n", "there is no reference in it"),
            ("K-1\n\nK-\u{7}2\n", "line 3 is no reference: The text has a character that cannot be shown."),
        ] {
            assert_eq!(parts(text).unwrap_err(), told);
        }
        assert_eq!(parts(b"K-1\nK-\xe5\n").unwrap_err(), "line 2 is not UTF-8 text");
        for length in [201, 1_000_000] {
            let told = parts(format!("K-1\n{}\n", "9".repeat(length))).unwrap_err();
            assert_eq!(told, "line 2 is too long for a reference: one stands on each line");
        }
        assert_eq!(parts("å".repeat(200)).unwrap()[0][0].chars().count(), 200);
    }

    #[test]
    fn a_long_list_comes_in_parts_that_a_server_takes() {
        let many = (0..25_000).map(|n| format!("K-{n}")).collect::<Vec<_>>().join("\n");
        let sizes = parts(many).unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes, [10_000, 10_000, 5_000]);
        let long = format!("{}\n", "9".repeat(200)).repeat(3_000);
        let sizes = parts(long).unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert!(sizes.iter().all(|size| size * 203 <= BYTES + 203), "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 3_000);
    }
}

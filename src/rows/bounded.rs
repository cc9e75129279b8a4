//! A reader that gives up on a row that never ends, and looks at its quotes.

use super::quotes::Quotes;
use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// The longest row, in bytes of UTF-8: nobody's name or notice is longer, and a quote that is never closed ends here.
pub(super) const LONGEST: u64 = 1 << 20;

/// How much is read ahead at most, beside the row itself.
pub(super) const AHEAD: u64 = 64 << 10;

/// What a row that is too long fails with.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a row is longer than a megabyte")]
pub(super) struct TooLong;

/// What was read so far, which is more than the parser has given out.
#[derive(Clone, Debug, Default)]
pub(super) struct Since(Rc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Bytes since the last row began.
    bytes: Cell<u64>,
    /// The line that the first row begins on whose quotes are wrong.
    wrong: Cell<Option<u64>>,
    /// Whether there is no more.
    has_ended: Cell<bool>,
}

impl Since {
    /// A row begins.
    pub(super) fn begin(&self) {
        self.0.bytes.set(0);
    }

    /// Whether the end of the file was reached.
    pub(super) fn has_ended(&self) -> bool {
        self.0.has_ended.get()
    }

    /// The line that the first row begins on whose quotes are wrong. Those before it are as they should be.
    pub(super) fn wrong_quotes(&self) -> Option<u64> {
        self.0.wrong.get()
    }
}

/// Reads on for as long as rows begin.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    quotes: Quotes,
    since: Since,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> (Self, Since) {
        let since = Since::default();
        (Self { inner, quotes: Quotes::new(delimiter), since: since.clone() }, since)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let seen = &self.since.0;
        let so_far = seen.bytes.get();
        if so_far > LONGEST + AHEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooLong));
        }
        let read = self.inner.read(buffer)?;
        seen.bytes.set(so_far + read as u64);
        seen.has_ended.set(read == 0);
        if seen.wrong.get().is_none() {
            let wrong = if read == 0 { self.quotes.end() } else { self.quotes.go_on(&buffer[..read]) };
            seen.wrong.set(wrong);
        }
        Ok(read)
    }
}

//! A reader that gives up on a row that never ends.

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

/// How much was read since the last row began, and whether one quote of all so far has no partner.
#[derive(Clone, Debug, Default)]
pub(super) struct Since(Rc<Cell<u64>>, Rc<Cell<bool>>);

impl Since {
    /// A row begins.
    pub(super) fn begin(&self) {
        self.0.set(0);
    }

    /// Whether one quote has no partner.
    pub(super) fn has_odd_quote(&self) -> bool {
        self.1.get()
    }
}

/// Reads on for as long as rows begin.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    since: Since,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R) -> (Self, Since) {
        let since = Since::default();
        (Self { inner, since: since.clone() }, since)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let so_far = self.since.0.get();
        if so_far > LONGEST + AHEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooLong));
        }
        let read = self.inner.read(buffer)?;
        self.since.0.set(so_far + read as u64);
        let odd = buffer[..read].iter().fold(self.since.1.get(), |odd, byte| odd ^ (*byte == b'"'));
        self.since.1.set(odd);
        Ok(read)
    }
}

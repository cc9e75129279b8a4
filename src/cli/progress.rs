//! How far a command is, on a terminal.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often it is told.
const EVERY: Duration = Duration::from_millis(200);

/// What is told last stays.
pub(super) struct Progress {
    what: &'static str,
    began: Instant,
    told: Mutex<Option<Instant>>,
    is_terminal: bool,
}

impl Progress {
    /// Of so many of what.
    pub(super) fn of(what: &'static str) -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { what, began: Instant::now(), told: Mutex::new(None), is_terminal }
    }

    /// So many are done.
    pub(super) fn done(&self, done: u64, of: u64) {
        if !self.is_terminal || of == 0 {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if done < of && told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        *told = Some(Instant::now());
        let seconds = self.began.elapsed().as_secs().max(1);
        let rate = (done / seconds).max(1);
        let (left, percent) = (of.saturating_sub(done) / rate, done.saturating_mul(100) / of);
        let end = if done >= of { "\n" } else { "" };
        let _ = write!(
            io::stderr(),
            "\r{percent:3} %  {done} of {of} {}, {rate} a second, {left} s left  {end}",
            self.what
        );
    }
}

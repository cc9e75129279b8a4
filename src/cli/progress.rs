//! How far a command is, on a terminal: a line that is written over.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often it is told.
const EVERY: Duration = Duration::from_millis(200);

/// Characters of the bar.
const BAR: u64 = 24;

/// What is told last stays. No colours.
pub(super) struct Progress {
    what: &'static str,
    shows: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the first number was told, and which: somebody else may have done that much before.
    began: Option<(Instant, u64)>,
    told: Option<Instant>,
    /// That all is done stands there, and once is enough.
    is_full: bool,
    /// Characters of a line that has not ended.
    open: usize,
}

impl Progress {
    /// Of so many of what.
    pub(super) fn of(what: &'static str) -> Self {
        Self { what, shows: io::stderr().is_terminal(), state: Mutex::default() }
    }

    /// ... unless that would stand between other things on the same terminal.
    pub(super) fn unless(mut self, hidden: bool) -> Self {
        self.shows &= !hidden;
        self
    }

    /// So many are done.
    pub(super) fn done(&self, done: u64, of: u64) {
        if !self.shows || of == 0 {
            return;
        }
        let mut state = self.state();
        if std::mem::replace(&mut state.is_full, done >= of) && done >= of {
            return;
        }
        let (began, before) = *state.began.get_or_insert_with(|| (Instant::now(), done));
        if done < of && state.told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        state.told = Some(Instant::now());
        let seconds = began.elapsed().as_secs().max(1);
        let rate = (done.saturating_sub(before) / seconds).max(1);
        let (left, percent) = (of.saturating_sub(done) / rate, done.saturating_mul(100) / of);
        let full = usize::try_from(done.min(of).saturating_mul(BAR) / of).unwrap_or_default();
        let bar =
            format!("{}{}", "#".repeat(full), ".".repeat(usize::try_from(BAR).unwrap_or_default() - full));
        let line =
            format!("[{bar}] {percent:3} %  {done} of {of} {}, {rate} a second, {left} s left", self.what);
        write_over(&mut state, &line);
        if done >= of {
            end_line(&mut state);
        }
    }

    /// What it is at, where there is no number to tell.
    pub(super) fn says(&self, what: &str) {
        if self.shows {
            write_over(&mut self.state(), what);
        }
    }

    /// Ends the line, so that something else can be said.
    pub(super) fn end(&self) {
        end_line(&mut self.state());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whoever cannot read it has lost nothing.
fn write_over(state: &mut State, line: &str) {
    let width = line.chars().count();
    let rest = " ".repeat(state.open.saturating_sub(width));
    let _ = write!(io::stderr(), "\r{line}{rest}");
    state.open = width.max(1);
}

fn end_line(state: &mut State) {
    if state.open > 0 {
        let _ = writeln!(io::stderr());
        state.open = 0;
    }
}

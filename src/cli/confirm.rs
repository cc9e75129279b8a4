//! The question before something is done that somebody may not mean.

use std::{
    io::{self, IsTerminal, Write},
    thread,
};
use tokio::sync::oneshot;

/// Whether somebody can be asked: they read standard error, and answer on standard input.
pub(super) fn can_be_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal. Only `yes` is yes.
pub(super) async fn confirmed(question: &str) -> io::Result<bool> {
    let mut err = io::stderr().lock();
    write!(err, "{question} Type yes to do it: ")?;
    err.flush()?;
    drop(err);
    // On its own thread, as whoever is asked may well interrupt instead.
    let (sender, answer) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        // Nobody who listens is no failure.
        let _ = sender.send(read.map(|_| line.trim() == "yes"));
    });
    answer.await.unwrap_or(Ok(false))
}

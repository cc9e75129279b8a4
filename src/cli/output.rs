//! Where a command's words go: data to standard output, everything else to standard error.

use std::io::{self, Write};

/// Data. A reader who has seen enough (`| head`) is no failure.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// What a person is shown before they decide, or while they wait.
pub(super) fn tell(text: &str) {
    let _ = write!(io::stderr(), "{text}");
}

/// A text of somebody else's, for a terminal: what would steer it, or turn its direction, is left out.
pub(super) fn shown(text: &str) -> String {
    let steers = |it: &char| {
        it.is_control()
            || matches!(it, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|it| !steers(it)).collect()
}

/// A remark for the person at the terminal. If nobody can read it, nothing is lost.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {text}");
}

//! How a command ends badly: what is said, and the exit code.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// Why a command failed. Any error becomes one by `?`, with exit code 1.
#[derive(Debug)]
pub struct Failure {
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// Something went wrong.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { error: error.into(), hint: None, code: FAILED }
    }

    /// The command line or the configuration is wrong; trying again will not help.
    pub fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { code: USAGE, ..Self::new(error) }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// With an exit code of its own.
    #[must_use]
    pub fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// What the process ends with.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.code.into()
    }

    /// Tells it, with all its causes.
    pub fn report(&self, out: &mut impl Write) -> io::Result<()> {
        let mut told = self.error.to_string();
        writeln!(out, "error: {told}")?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors tell their cause themselves.
            if !told.ends_with(&text) {
                writeln!(out, "  because: {text}")?;
            }
            told = text;
            cause = error.source();
        }
        match &self.hint {
            Some(hint) => writeln!(out, "hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::KeyError;

    #[test]
    fn tells_the_causes_and_what_to_do() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no such file");
        let failure = Failure::from(KeyError::Read { path: "/keys".into(), source }).hint("make one");
        let mut told = Vec::new();
        failure.report(&mut told).unwrap();
        let told = String::from_utf8(told).unwrap();
        assert_eq!(
            told,
            "error: cannot read the public keys in /keys\n  because: no such file\nhint: make one\n"
        );
        assert_eq!(format!("{:?}", failure.exit_code()), format!("{:?}", ExitCode::from(1)));
        let usage = Failure::usage("wrong").exit_code();
        assert_eq!(format!("{usage:?}"), format!("{:?}", ExitCode::from(2)));
    }
}

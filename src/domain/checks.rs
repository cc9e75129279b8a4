//! Collects what is wrong with an input, field by field, so that a caller learns it all at once.

use super::period::Period;
use crate::{
    access::{Code, Refusal, Stop},
    identifier::{Text, TextProblem},
};

/// The longest name, key or other single line.
pub const LINE: usize = 200;

/// The longest text of several lines.
pub const BLOCK: usize = 4_000;

/// What has been found wrong so far.
#[derive(Debug, Default)]
pub struct Checks {
    refusals: Vec<Refusal>,
}

impl Checks {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds something that is wrong with the field at `path`.
    pub fn refuse(&mut self, path: &str, code: Code, message: impl Into<String>) {
        self.add(Refusal::new(code, message).at(path));
    }

    /// Adds something that is wrong.
    pub fn add(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// What was found; notes why, when it was not.
    pub fn must<T>(&mut self, found: Result<T, Refusal>) -> Option<T> {
        found.map_err(|refusal| self.add(refusal)).ok()
    }

    /// A single line of at most `max` characters, trimmed.
    pub fn line(&mut self, path: &str, text: &str, max: usize) -> String {
        self.text(path, Text::line(text, max))
    }

    /// A single line of at most `max` characters that is compared with others, trimmed.
    pub fn key(&mut self, path: &str, text: &str, max: usize) -> String {
        self.text(path, Text::key(text, max))
    }

    /// A text that may have several lines, trimmed.
    pub fn block(&mut self, path: &str, text: &str, max: usize) -> String {
        self.text(path, Text::block(text, max))
    }

    fn text(&mut self, path: &str, checked: Result<String, TextProblem>) -> String {
        checked.unwrap_or_else(|problem| {
            let code = match problem {
                TextProblem::Empty => Code::Required,
                TextProblem::TooLong { .. } => Code::TooLong,
                TextProblem::Control | TextProblem::Ambiguous => Code::InvalidFormat,
            };
            self.refuse(path, code, problem.to_string());
            String::new()
        })
    }

    /// An ISO 3166-1 alpha-2 country code.
    pub fn country(&mut self, path: &str, code: &str) -> String {
        if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            self.refuse(path, Code::InvalidFormat, "Give a country as two capital letters, such as SE.");
        }
        code.to_owned()
    }

    /// An ISO 8601 duration.
    pub fn period(&mut self, path: &str, text: &str) -> String {
        if let Err(problem) = Period::parse(text) {
            self.refuse(path, Code::InvalidFormat, problem.to_string());
        }
        text.to_owned()
    }

    /// A list with at most `max` entries.
    pub fn at_most<T>(&mut self, path: &str, list: &[T], max: usize) {
        if list.len() > max {
            self.refuse(path, Code::TooLong, format!("Give at most {max}."));
        }
    }

    /// The refusals, if there are any.
    ///
    /// # Errors
    /// [`Stop::Refused`] with everything found wrong.
    pub fn finish(self) -> Result<(), Stop> {
        if self.refusals.is_empty() { Ok(()) } else { Err(Stop::Refused(self.refusals)) }
    }
}

/// Whether the row is still as the caller saw it.
///
/// # Errors
/// `VERSION_CONFLICT` when somebody was faster.
pub fn same_version(expected: Option<i32>, now: i32) -> Result<(), Stop> {
    match expected {
        Some(expected) if expected != now => {
            let message = "Somebody changed it meanwhile: read it again.";
            Err(Refusal::new(Code::VersionConflict, message).at("expectedVersion").into())
        }
        _ => Ok(()),
    }
}

/// What to answer when an id leads nowhere.
#[must_use]
pub fn not_found(path: &str, what: &str) -> Stop {
    Refusal::new(Code::NotFound, format!("There is no such {what}.")).at(path).into()
}

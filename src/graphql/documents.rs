//! Parses documents, within their budget, and remembers the recent ones: clients send few different documents often.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

use async_graphql::parser::{self, types::ExecutableDocument};
use sha2::{Digest, Sha256};

use super::budget::{self, Budget, TooComplex};

/// The longest document that is parsed.
pub const MAX_BYTES: usize = 32 * 1024;
/// The longest document that is remembered. Longer ones are rare and would push out many others.
pub const MAX_REMEMBERED_BYTES: usize = 16 * 1024;
/// Brackets of any sort within brackets. The parser descends into them one stack frame after another and looks at its
/// own limit of selection sets only afterwards, so that this must be known before.
pub const MAX_BRACKETS: usize = 100;
/// Documents remembered at most.
pub const MAX_REMEMBERED: usize = 1_024;
/// Text of all remembered documents at most. A parsed document takes some tens of times the room of its text.
const MAX_REMEMBERED_TEXT: usize = 2 * 1024 * 1024;

/// A parsed document that is within its budget.
#[derive(Debug)]
pub struct Parsed {
    /// What the text says.
    pub document: ExecutableDocument,
    /// What it asks for.
    pub budget: Budget,
    /// Whether it was found to fit the schema, with variables that said nothing against it.
    pub valid: AtomicBool,
}

/// Why a text is no document that could be executed.
#[derive(Debug, thiserror::Error)]
pub enum ParseFailed {
    /// It is not GraphQL.
    #[error(transparent)]
    Syntax(#[from] parser::Error),
    /// A block string is opened and never closed. Seen before the parser sees it.
    #[error("A block string is not closed.")]
    OpenString,
    /// It is too large in one way or another.
    #[error(transparent)]
    TooComplex(#[from] TooComplex),
}

impl ParseFailed {
    /// The error's code in an answer.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::OpenString => "GRAPHQL_PARSE_FAILED",
            Self::TooComplex(why) => why.code(),
        }
    }
}

type Key = [u8; 32];

/// The documents seen recently, by the SHA-256 of their text.
///
/// Two generations stand in for a list in the order of last use: what is used moves to the young one, and when that is
/// full it becomes the old one and what was old goes. Each step is one look into a map.
#[derive(Debug, Default)]
pub struct Documents(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, (usize, Arc<Parsed>)>,
    old: HashMap<Key, (usize, Arc<Parsed>)>,
    young_text: usize,
}

impl Documents {
    /// Nothing remembered yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The document that `text` is, from memory where possible. Failures are not remembered: telling them apart from
    /// good ones would let bad documents push out good ones.
    pub fn get_or_parse(&self, text: &str) -> Result<Arc<Parsed>, ParseFailed> {
        if text.len() > MAX_REMEMBERED_BYTES {
            return parse(text).map(Arc::new);
        }
        let key: Key = Sha256::digest(text).into();
        if let Some(parsed) = self.with(|generations| generations.get(&key)) {
            return Ok(parsed);
        }
        // Not under the lock: others need not wait for this parse, and two of the same text at once do no harm.
        let parsed = Arc::new(parse(text)?);
        self.with(|generations| generations.put(key, text.len(), Arc::clone(&parsed)));
        Ok(parsed)
    }

    /// How many documents are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(|generations| generations.young.len() + generations.old.len())
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A panic while the lock was held cannot leave the maps half changed in a way that matters.
    fn with<T>(&self, act: impl FnOnce(&mut Generations) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn get(&mut self, key: &Key) -> Option<Arc<Parsed>> {
        if let Some((_, parsed)) = self.young.get(key) {
            return Some(Arc::clone(parsed));
        }
        let (text, parsed) = self.old.remove(key)?;
        self.put(*key, text, Arc::clone(&parsed));
        Some(parsed)
    }

    fn put(&mut self, key: Key, text: usize, parsed: Arc<Parsed>) {
        if self.young.len() >= MAX_REMEMBERED / 2 || self.young_text + text > MAX_REMEMBERED_TEXT / 2 {
            self.old = mem::take(&mut self.young);
            self.young_text = 0;
        }
        if self.young.insert(key, (text, parsed)).is_none() {
            self.young_text += text;
        }
    }
}

fn parse(text: &str) -> Result<Parsed, ParseFailed> {
    if text.len() > MAX_BYTES {
        return Err(TooComplex::Long(text.len()).into());
    }
    check_brackets(text)?;
    let document = parser::parse_query(text)?;
    let budget = budget::check(&document)?;
    Ok(Parsed { document, budget, valid: AtomicBool::new(false) })
}

/// How deep brackets nest, outside strings and comments. Brackets that do not match are the parser's business.
fn check_brackets(text: &str) -> Result<(), ParseFailed> {
    let mut rest = text.as_bytes();
    let mut depth = 0_usize;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > MAX_BRACKETS {
                    return Err(TooComplex::Brackets.into());
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => {
                let line = rest.iter().position(|it| matches!(it, b'\n' | b'\r'));
                rest = &rest[line.unwrap_or(rest.len())..];
            }
            // A block string that is not closed would be read by the parser as an empty string and something after
            // it, so that brackets thought to be inside it would be outside.
            b'"' if rest.starts_with(b"\"\"") => {
                rest = after_block(&rest[2..]).ok_or(ParseFailed::OpenString)?;
            }
            b'"' => rest = after_string(rest),
            _ => {}
        }
    }
    Ok(())
}

fn after_block(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return Some(after);
        }
        rest = rest.strip_prefix(b"\\\"\"\"").or_else(|| rest.get(1..))?;
    }
}

/// An ordinary string ends at its quote, or at the end of the line, where the parser gives up.
fn after_string(mut rest: &[u8]) -> &[u8] {
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' | b'\n' | b'\r' => return after,
            b'\\' => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    rest
}

#[cfg(test)]
mod tests;

//! A document is imported: what it changes is shown, somebody agrees, and exactly that is done.

use super::changes::told;
use crate::{
    cli::{
        confirm::{can_be_asked, confirmed},
        failure::Failure,
        output,
    },
    domain::catalog_document::{Document, Imported},
};
use std::{fmt::Write, future::Future};

/// Where reference data is: in a database at hand, or behind a server's API.
pub trait ReferenceData: Sync {
    /// All of it that is in use.
    fn export(&self) -> impl Future<Output = Result<Document, Failure>> + Send;

    /// Imports a document, or only tells what that would change. `expected_hash`: the changes must be those.
    fn import(
        &self,
        document: &Document,
        expected_hash: Option<&str>,
        dry_run: bool,
    ) -> impl Future<Output = Result<Imported, ImportFailure>> + Send;
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Such as `NOT_FOUND`.
    pub code: String,
    pub message: String,
    /// From `document` on.
    pub field: Vec<String>,
}

/// Why a document was not imported.
#[derive(Debug)]
pub enum ImportFailure {
    /// The document cannot be done; nothing of it was.
    Refused(Vec<Refused>),
    /// Something else.
    Failed(Failure),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for ImportFailure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// How a document is imported.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    /// Only show what would change.
    pub dry_run: bool,
    /// Ask nobody.
    pub yes: bool,
}

/// Shows what a document would change, on standard error, asks the person at the terminal, and does it. `place` says where
/// in the file a refusal is about, by its path; where it does not know, the path itself is told. Back comes what was
/// changed, or would be; `None` when the person said no.
///
/// # Errors
/// When the document cannot be done; when nobody can be asked and `yes` was not said; when something fails.
pub async fn import_catalog(
    data: &impl ReferenceData,
    document: &Document,
    options: ImportOptions,
    place: impl Fn(&[String]) -> Option<String>,
) -> Result<Option<Imported>, Failure> {
    let shown = data.import(document, None, true).await.map_err(|why| failure(why, &place))?;
    output::tell(&told(&shown));
    if shown.changes.is_empty() || options.dry_run {
        return Ok(Some(shown));
    }
    if !options.yes && !agreed(shown.changes.len()).await? {
        output::note("nothing was changed");
        return Ok(None);
    }
    let done = data.import(document, Some(&shown.hash), false).await.map_err(|why| failure(why, &place))?;
    output::note(&format!("{} entries were changed", done.changes.len()));
    Ok(Some(done))
}

async fn agreed(changes: usize) -> Result<bool, Failure> {
    if !can_be_asked() {
        return Err(Failure::usage("nothing was changed: nobody is at the terminal to agree")
            .hint("look at the changes above, and say --yes to make them"));
    }
    Ok(confirmed(&format!("This changes {changes} entries.")).await?)
}

fn failure(why: ImportFailure, place: &impl Fn(&[String]) -> Option<String>) -> Failure {
    let refused = match why {
        ImportFailure::Failed(failure) => return failure,
        ImportFailure::Refused(refused) => refused,
    };
    let mut text = "the document cannot be imported, and nothing was changed".to_owned();
    for one in &refused {
        let at = place(&one.field).unwrap_or_else(|| one.field.get(1..).unwrap_or_default().join("."));
        let _ = write!(text, "\n  {at}: {} [{}]", one.message, one.code);
    }
    Failure::new(text)
}

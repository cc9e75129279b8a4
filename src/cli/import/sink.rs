//! Where rows go: into the database at hand, or to a server.

use super::{direct::Direct, remote::Remote};
use crate::{
    cli::{
        catalog::{self, ImportOptions, import_catalog},
        failure::Failure,
    },
    domain::{
        catalog_document::{Document, Imported},
        import,
    },
    rows::Rows,
};
use chrono::{DateTime, Utc};
use entity::enums::ImportKind;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// Where rows go.
#[derive(Clone, Debug)]
pub(super) enum Sink {
    Direct(Direct),
    Remote(Remote),
}

/// An import, and how far it has come.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub id: String,
    pub finished_at: Option<DateTime<Utc>>,
    /// What days without a time are of.
    pub zone: TimeZone,
    /// The first chunk that is not done.
    pub next: i32,
    /// Chunks near it and beyond that are done, and how many of their rows were left out.
    pub done: Vec<(i32, i64)>,
    pub counts: Counts,
}

/// Rows, and data locations that are on their way out by them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    pub created: i64,
    pub unchanged: i64,
    pub rejected: i64,
    pub disposal_pending: i64,
}

impl From<import::Counts> for Counts {
    fn from(counts: import::Counts) -> Self {
        let import::Counts { created, unchanged, rejected, disposal_pending } = counts;
        Self { created, unchanged, rejected, disposal_pending }
    }
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
        self.disposal_pending += other.disposal_pending;
    }
}

/// Some rows of a file, on their way.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub import: String,
    pub number: i32,
    pub rows: Rows,
    pub unread: u32,
    pub strict: bool,
    pub dry_run: bool,
}

/// What came of them.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub counts: Counts,
    /// The row's place among those of the batch, the column, and why it was left out.
    pub refused: Vec<(usize, Option<String>, String)>,
    /// Whether nothing was brought in, as it was to be all or nothing.
    pub kept_out: bool,
}

impl Sink {
    /// Shows what reference data would change, asks, and changes it. `None` when the person said no.
    pub(super) async fn reference_data(
        &self,
        document: &Document,
        options: ImportOptions,
        place: impl Fn(&[String]) -> Option<String>,
    ) -> Result<Option<Imported>, Failure> {
        match self {
            Self::Direct(direct) => {
                let done = import_catalog(&direct.reference_data(), document, options, place).await?;
                direct.renew().await?;
                Ok(done)
            }
            Self::Remote(remote) => {
                import_catalog(&catalog::Remote(&remote.client), document, options, place).await
            }
        }
    }

    /// Begins to bring a file in, or goes on with it.
    pub(super) async fn begin(&self, kind: ImportKind, digest: &str, again: bool) -> Result<Begun, Failure> {
        match self {
            Self::Direct(direct) => direct.begin(kind, digest, again).await,
            Self::Remote(remote) => remote.begin(kind, digest, again).await,
        }
    }

    /// Brings rows in.
    pub(super) async fn bring_in(&self, batch: Batch) -> Result<Came, Failure> {
        match self {
            Self::Direct(direct) => direct.bring_in(batch).await,
            Self::Remote(remote) => remote.bring_in(batch).await,
        }
    }

    /// Says that all of a file is brought in.
    pub(super) async fn finish(&self, import: &str, chunks: i32) -> Result<(), Failure> {
        match self {
            Self::Direct(direct) => direct.finish(import, chunks).await,
            Self::Remote(remote) => remote.finish(import, chunks).await,
        }
    }

    /// How many batches are worth being under way at once.
    pub(super) fn lanes(&self) -> usize {
        match self {
            Self::Direct(direct) => direct.lanes(),
            // Others want to be answered, too.
            Self::Remote(_) => 2,
        }
    }

    /// Lets go of what it holds.
    pub(super) async fn close(self) {
        match self {
            Self::Direct(direct) => direct.close().await,
            Self::Remote(_) => {}
        }
    }
}

/// Whether a refusal is about a row, and not about all of them.
pub(super) fn is_of_a_row(field: &[String]) -> bool {
    matches!(field.first().map(String::as_str), Some("rows" | "unread"))
}

/// What to say when one wrong row keeps all others out.
pub(super) fn kept_out(refusals: Vec<(Vec<String>, String)>) -> Came {
    let of_row = |(field, message): (Vec<String>, String)| match &field[..] {
        [_, row, column @ ..] => Some((row.parse().ok()?, column.last().cloned(), message)),
        // Those that could not be read are known here.
        _ => None,
    };
    let refused = refusals.into_iter().filter_map(of_row).collect();
    Came { counts: Counts::default(), refused, kept_out: true }
}

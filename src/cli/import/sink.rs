//! Where rows go: into the database at hand, or to a server.

use super::direct::Direct;
use crate::{
    cli::failure::Failure,
    rows::{Kind, Rows},
};
use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;

/// Where rows go.
#[derive(Clone, Debug)]
pub(super) enum Sink {
    Direct(Direct),
}

/// An import, and how far it has come.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub id: String,
    pub finished_at: Option<DateTime<Utc>>,
    /// The first chunk that is not done.
    pub next: i32,
    /// Chunks near it and beyond that are done, and how many of their rows were left out.
    pub done: Vec<(i32, i64)>,
    pub counts: Counts,
}

/// Rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub created: i64,
    pub unchanged: i64,
    pub rejected: i64,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
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
}

impl Sink {
    /// Begins to bring a file in, or goes on with it.
    pub(super) async fn begin(&self, kind: Kind, digest: &str, again: bool) -> Result<Begun, Failure> {
        match self {
            Self::Direct(direct) => direct.begin(kind, digest, again).await,
        }
    }

    /// Brings rows in.
    pub(super) async fn bring_in(&self, batch: Batch) -> Result<Came, Failure> {
        match self {
            Self::Direct(direct) => direct.bring_in(batch).await,
        }
    }

    /// Says that all of a file is brought in.
    pub(super) async fn finish(&self, import: &str, chunks: i32) -> Result<(), Failure> {
        match self {
            Self::Direct(direct) => direct.finish(import, chunks).await,
        }
    }

    /// The time zone that days are in.
    pub(super) fn zone(&self) -> TimeZone {
        match self {
            Self::Direct(direct) => direct.zone(),
        }
    }

    /// How many batches are worth being under way at once.
    pub(super) fn lanes(&self) -> usize {
        match self {
            Self::Direct(direct) => direct.lanes(),
        }
    }

    /// Lets go of what it holds.
    pub(super) async fn close(self) {
        match self {
            Self::Direct(direct) => direct.close().await,
        }
    }
}

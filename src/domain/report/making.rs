//! A report in the making: what was read is on record before it is in the file, and what is in the file is kept before more is read.

use super::{
    content::{Cell, Table, Text},
    labels::Labels,
    lease::{FinishReport, KeepPart, Taken},
    sink::Sink,
};
use crate::{
    access::{Door, Inquiry, Stop},
    domain::{
        catalog::Catalog,
        customer::CustomersByIds,
        page::{Page, PageRequest},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::CustomerId;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::Arc,
};

/// Rows that are read together. Each page is one event.
const AT_ONCE: u64 = 500;

/// Bytes that are kept together.
const PART: usize = 1 << 20;

/// How long nothing is said of it before it is said that it is still in hand.
const STILL: TimeDelta = TimeDelta::minutes(1);

/// What its reads are called in the log: as that which was asked for.
pub(super) const OPERATION: &str = "requestReport";

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// In words for whoever asked.
    #[error("{0}")]
    Unfit(String),
    #[error("it could not be written")]
    NotWritten(#[source] io::Error),
    /// Somebody else makes it by now, or what it is about is gone.
    #[error("it was taken out of hand")]
    Lost,
}

impl From<io::Error> for NotMade {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidInput {
            Self::Unfit(error.to_string())
        } else {
            Self::NotWritten(error)
        }
    }
}

/// A report in the making.
pub(super) struct Making<'a, S> {
    door: &'a Arc<Door>,
    pub catalog: &'a Arc<Catalog>,
    pub taken: &'a Taken,
    sink: S,
    rows: i64,
    kept: Kept<'a>,
}

/// What is kept of it.
struct Kept<'a> {
    door: &'a Arc<Door>,
    taken: &'a Taken,
    /// What was taken from the file and is not kept yet.
    waiting: Vec<u8>,
    next: i64,
    digest: Sha256,
    at: DateTime<Utc>,
}

impl Kept<'_> {
    /// Keeps whole parts of what waits, or all of it.
    async fn keep(&mut self, rows: i64, all: bool) -> Result<(), NotMade> {
        for part in std::mem::take(&mut self.waiting).chunks(PART) {
            if part.len() < PART && !all {
                self.waiting = part.to_vec();
                break;
            }
            self.digest.update(part);
            self.store(part.to_vec(), rows).await?;
            self.next += 1;
        }
        Ok(())
    }

    async fn store(&mut self, bytes: Vec<u8>, rows: i64) -> Result<(), NotMade> {
        let part = KeepPart { taken: self.taken.row.clone(), number: self.next, bytes, rows };
        if !self.door.program("reports", "keepReport").write(part).await? {
            return Err(NotMade::Lost);
        }
        self.at = self.door.now();
        Ok(())
    }
}

impl<'a, S: Sink + 'static> Making<'a, S> {
    pub(super) fn new(door: &'a Arc<Door>, catalog: &'a Arc<Catalog>, taken: &'a Taken, sink: S) -> Self {
        let kept = Kept { door, taken, waiting: Vec::new(), next: 0, digest: Sha256::new(), at: door.now() };
        Self { door, catalog, taken, sink, rows: 0, kept }
    }

    pub(super) fn labels(&self) -> Labels<'a> {
        Labels { catalog: self.catalog, locale: self.taken.row.locale }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.door.now()
    }

    /// Whether the file has this table.
    pub(super) fn has(&self, table: &str) -> bool {
        self.taken.row.only_table.as_deref().is_none_or(|only| only == table)
    }

    /// Whether the file has everything.
    pub(super) const fn has_all(&self) -> bool {
        self.taken.row.only_table.is_none()
    }

    /// Asks on behalf of whoever asked for the report. An access each time, so that what is on record already is not held for as long
    /// as the report takes.
    pub(super) async fn ask<I: Inquiry>(&self, inquiry: I) -> Result<I::Output, Stop> {
        self.door.errand(self.taken.caller.clone(), OPERATION).read(inquiry).await
    }

    /// The numbers of these customers with the company.
    pub(super) async fn references(
        &self,
        customers: impl Iterator<Item = CustomerId>,
    ) -> Result<HashMap<CustomerId, String>, Stop> {
        let ids = customers.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.ask(CustomersByIds(ids)).await?;
        Ok(found.into_iter().map(|one| (one.row.id, one.row.reference)).collect())
    }

    pub(super) fn table(&mut self, table: &Table) -> Result<(), NotMade> {
        Ok(self.sink.table(table)?)
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), NotMade> {
        self.rows += 1;
        Ok(self.sink.row(cells)?)
    }

    pub(super) fn text(&mut self, text: &Text) -> Result<(), NotMade> {
        Ok(self.sink.text(text)?)
    }

    /// Keeps what is written, when it is much or nothing was kept for a while.
    ///
    /// # Errors
    /// [`NotMade::Lost`] when it is not in hand any more; when the database fails.
    pub(super) async fn keep(&mut self) -> Result<(), NotMade> {
        self.kept.waiting.append(&mut self.sink.take());
        self.kept.keep(self.rows, false).await?;
        if self.now() - self.kept.at >= STILL { self.kept.store(Vec::new(), self.rows).await } else { Ok(()) }
    }

    /// Ends it.
    pub(super) async fn finish(self) -> Result<(), NotMade> {
        let Self { sink, mut kept, rows, .. } = self;
        // A workbook takes seconds for a million rows, in which a server is to answer.
        let finished = tokio::task::spawn_blocking(move || sink.finish()).await;
        let mut finished = finished.map_err(io::Error::other)??;
        kept.waiting.append(&mut finished.rest);
        kept.keep(rows, true).await?;
        let taken = kept.taken.row.clone();
        let finish = FinishReport { taken, finished, sha256: hex::encode(kept.digest.finalize()) };
        let finished = kept.door.program("reports", "finishReport").write(finish).await?;
        if finished { Ok(()) } else { Err(NotMade::Lost) }
    }
}

/// Which page comes next, and that there is one.
pub(super) struct Pages {
    after: Option<Vec<String>>,
    over: bool,
    limit: u64,
}

impl Pages {
    pub(super) const fn new() -> Self {
        Self { after: None, over: false, limit: AT_ONCE }
    }

    /// The same of a list that is gone through as a whole for each page.
    pub(super) const fn few() -> Self {
        Self { after: None, over: false, limit: 10 * AT_ONCE }
    }

    /// The next page to ask for; `None` after the last.
    pub(super) fn next(&self) -> Option<PageRequest> {
        let page = PageRequest { limit: self.limit, after: self.after.clone(), ..PageRequest::default() };
        (!self.over).then_some(page)
    }

    /// What is on a page that came.
    pub(super) fn entries<T>(&mut self, page: Page<T>) -> Vec<T> {
        self.after = page.entries.last().map(|(keys, _)| keys.clone());
        self.over = !page.has_next || self.after.is_none();
        page.entries.into_iter().map(|(_, entry)| entry).collect()
    }
}

//! Some rows of a file, in one transaction with the mark that they are done: nobody brings them in twice, whenever they stop and
//! begin again. Rows that are wrong are left out and named, each with its column.

use crate::{
    access::{Code, Refusal, Rehearsal, Stop, Writer},
    domain::checks::{Checks, not_found},
    policy::Target,
};
use entity::{enums::ImportKind, ids::ImportId, import, import_chunk};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::collections::BTreeMap;

/// The most rows of one chunk.
pub const MOST: usize = 1_000;

/// Some rows of a file.
#[derive(Clone, Debug)]
pub struct Chunk<R> {
    pub import: ImportId,
    /// Its place in the file, from 0 on.
    pub number: i32,
    /// Those that could be read.
    pub rows: Vec<R>,
    /// How many could not.
    pub unread: u32,
    /// Whether one wrong row is to keep all of them out.
    pub strict: bool,
    /// Whether it is only said what would come of it.
    pub dry_run: bool,
}

/// How much came of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Counts {
    pub created: i64,
    /// They were there already, and say the same.
    pub unchanged: i64,
    /// Those that could not be read among them.
    pub rejected: i64,
    /// Data locations, and not rows, that are on their way out by it: what needed them has ended.
    pub disposal_pending: i64,
}

/// What came of some rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub counts: Counts,
    /// What was wrong with those that could; of an import that is over, nothing is told any more.
    pub refusals: Vec<RowRefusal>,
    /// Whether it was done before, and nothing was done now.
    pub before: bool,
}

/// Why a row was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRefusal {
    /// Its place among the rows that could be read, from 0 on.
    pub row: usize,
    /// The column to blame, if one is, as what its `field` holds.
    pub refusal: Refusal,
}

/// A chunk that is not done yet.
#[derive(Debug)]
pub(in crate::domain) struct Opened(Option<Rehearsal>);

/// The import, if it is the actor's own.
pub(super) fn own(w: &Writer, row: Option<import::Model>) -> Result<import::Model, Stop> {
    let actor = w.caller().actor.id();
    row.filter(|row| row.requested_by == actor).ok_or_else(|| not_found("importId", "import of yours"))
}

impl<R> Chunk<R> {
    /// Opens it, unless it is done: then what came of it.
    pub(in crate::domain) async fn open(
        &self,
        w: &mut Writer,
        kind: ImportKind,
    ) -> Result<Result<Opened, Imported>, Stop> {
        self.check()?;
        let import = own(w, w.keep(import::Entity::find_by_id(self.import)).await?)?;
        if import.kind != kind {
            return Err(not_found("importId", "import of these rows"));
        }
        w.about(Target::thing(self.import));
        let done = import_chunk::Entity::find()
            .filter(import_chunk::Column::ImportId.eq(self.import))
            .filter(import_chunk::Column::Number.eq(self.number));
        let done = if self.dry_run { None } else { w.one(done).await? };
        if let Some(done) = done {
            return Ok(Err(Imported {
                counts: Counts {
                    created: done.created,
                    unchanged: done.unchanged,
                    rejected: done.rejected,
                    disposal_pending: done.disposal_pending,
                },
                refusals: done.refusals.as_deref().map(read).unwrap_or_default(),
                before: true,
            }));
        }
        if import.finished_at.is_some() && !self.dry_run {
            let message = "This import is over: begin it again.";
            return Err(Refusal::new(Code::JobFinished, message).at("importId").into());
        }
        let rehearsal = if self.dry_run { Some(w.rehearse().await?) } else { None };
        Ok(Ok(Opened(rehearsal)))
    }

    fn check(&self) -> Result<(), Stop> {
        let mut checks = Checks::new();
        checks.at_most("rows", &self.rows, MOST);
        if self.number < 0 {
            checks.refuse("chunk", Code::OutOfRange, "Chunks are counted from 0 on.");
        }
        checks.finish()
    }

    /// Says that it is done, or takes back what a dry run did.
    pub(in crate::domain) async fn close(
        &self,
        w: &Writer,
        opened: Opened,
        tally: Tally,
    ) -> Result<Imported, Stop> {
        let imported = tally.imported(self.unread);
        if self.strict && imported.counts.rejected > 0 {
            let named = |one: RowRefusal| Refusal {
                field: [vec!["rows".to_owned(), one.row.to_string()], one.refusal.field].concat(),
                ..one.refusal
            };
            let mut refusals = imported.refusals.into_iter().map(named).collect::<Vec<_>>();
            if refusals.is_empty() {
                refusals.push(Refusal::new(Code::InvalidFormat, "Some rows could not be read.").at("unread"));
            }
            return Err(Stop::Refused(refusals));
        }
        if let Opened(Some(rehearsal)) = opened {
            w.take_back(rehearsal).await?;
            return Ok(imported);
        }
        let row = import_chunk::Model {
            import_id: self.import,
            number: self.number,
            created: imported.counts.created,
            unchanged: imported.counts.unchanged,
            rejected: imported.counts.rejected,
            disposal_pending: imported.counts.disposal_pending,
            refusals: written(&imported.refusals),
            imported_at: w.now(),
        };
        w.insert::<import_chunk::Entity>(row).await?;
        Ok(imported)
    }
}

/// Its row, its code, the column, and the message.
type Written = (usize, String, Option<String>, String);

/// As it is kept, so that whoever did not hear of it can be told again.
fn written(refusals: &[RowRefusal]) -> Option<String> {
    let one = |it: &RowRefusal| -> Written {
        let Refusal { code, message, field } = &it.refusal;
        (it.row, code.word().to_owned(), field.last().cloned(), message.clone())
    };
    let all = refusals.iter().map(one).collect::<Vec<_>>();
    if all.is_empty() { None } else { serde_json::to_string(&all).ok() }
}

fn read(text: &str) -> Vec<RowRefusal> {
    let one = |(row, code, field, message): Written| {
        let code = Code::of(&code).unwrap_or(Code::InvalidFormat);
        RowRefusal { row, refusal: Refusal { code, message, field: field.into_iter().collect() } }
    };
    serde_json::from_str::<Vec<Written>>(text).unwrap_or_default().into_iter().map(one).collect()
}

/// What becomes of the rows, while that is found out.
#[derive(Debug, Default)]
pub(in crate::domain) struct Tally {
    rejected: BTreeMap<usize, Vec<Refusal>>,
    pub(in crate::domain) created: usize,
    pub(in crate::domain) unchanged: usize,
    /// Data locations.
    pub(in crate::domain) disposal_pending: usize,
}

impl Tally {
    /// Leaves a row out; `refusal` names the column.
    pub(in crate::domain) fn reject(&mut self, row: usize, refusal: Refusal) {
        self.rejected.entry(row).or_default().push(refusal);
    }

    /// Leaves a row out if something is wrong with it; whether nothing is.
    pub(in crate::domain) fn check(&mut self, row: usize, checks: Checks) -> bool {
        match checks.finish() {
            Err(Stop::Refused(refusals)) => {
                self.rejected.entry(row).or_default().extend(refusals);
                false
            }
            _ => true,
        }
    }

    fn imported(self, unread: u32) -> Imported {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let rejected = number(self.rejected.len()).saturating_add(unread.into());
        let of_row = |(row, refusals): (usize, Vec<Refusal>)| {
            refusals.into_iter().map(move |refusal| RowRefusal { row, refusal })
        };
        Imported {
            counts: Counts {
                created: number(self.created),
                unchanged: number(self.unchanged),
                rejected,
                disposal_pending: number(self.disposal_pending),
            },
            refusals: self.rejected.into_iter().flat_map(of_row).collect(),
            before: false,
        }
    }
}

//! An import, and what comes of its rows.

use crate::{
    domain::import::{self, Begun, Done},
    graphql::{
        context::catalog,
        enums::ImportKind,
        node,
        scalars::DateTime,
        user_error::{UserError, UserErrorCode},
    },
};
use async_graphql::{Context, ID, Object, SimpleObject};

fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[derive(Clone)]
pub struct Import(pub Begun);

/// A file on its way in, told from others by who brings it and what is in it. Its counts are of rows, unless they say otherwise.
#[Object]
impl Import {
    pub async fn id(&self) -> ID {
        node::id(self.0.import.id)
    }

    async fn kind(&self) -> ImportKind {
        self.0.import.kind.into()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.import.created_at)
    }

    /// Null while some of it is to be brought in.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.import.finished_at.map(DateTime)
    }

    /// What days without a time are of: the company's.
    async fn time_zone(&self, ctx: &Context<'_>) -> String {
        catalog(ctx).zone().iana_name().unwrap_or("UTC").to_owned()
    }

    /// The number of the first chunk that is not done.
    async fn next_chunk(&self) -> i32 {
        self.0.next
    }

    /// The last 8 before that, and those beyond it that are done, in order: what was answered of them may not have arrived, and
    /// is answered again to whoever brings them in again.
    async fn done_chunks(&self) -> Vec<DoneChunk> {
        self.0.done.iter().copied().map(DoneChunk::from).collect()
    }

    async fn created(&self) -> i32 {
        count(self.0.counts.created)
    }

    /// They were there already, and say the same.
    async fn unchanged(&self) -> i32 {
        count(self.0.counts.unchanged)
    }

    /// They were left out.
    async fn rejected(&self) -> i32 {
        count(self.0.counts.rejected)
    }

    /// Data locations that became DISPOSAL_PENDING by it: what needed them has ended.
    async fn disposal_pending(&self) -> i32 {
        count(self.0.counts.disposal_pending)
    }
}

/// Rows that are brought in.
#[derive(Clone, Copy, SimpleObject)]
pub struct DoneChunk {
    number: i32,
    /// Rows that were left out.
    rejected: i32,
}

impl From<Done> for DoneChunk {
    fn from(done: Done) -> Self {
        Self { number: done.number, rejected: count(done.rejected) }
    }
}

/// What came of a chunk, or in a dry run would come.
#[derive(Clone, SimpleObject)]
pub struct ImportedRows {
    created: i32,
    /// They were there already, and say the same.
    unchanged: i32,
    /// They were left out; those that the caller could not read among them.
    rejected: i32,
    /// Data locations, and not rows, that became DISPOSAL_PENDING by it: what needed them has ended.
    disposal_pending: i32,
    /// What is wrong with those that were left out. Once the import is over it is told no more.
    refusals: Vec<RowRefusal>,
    /// Whether it was done before, and nothing was done now.
    was_done_before: bool,
}

/// Why a row was left out. One can have several.
#[derive(Clone, SimpleObject)]
pub struct RowRefusal {
    /// Its place in `rows`, from 0 on.
    row: i32,
    /// The field of it that is to blame, if one is.
    field: Option<String>,
    code: UserErrorCode,
    /// For a person to read. It holds no personal values.
    message: String,
}

impl From<import::Imported> for ImportedRows {
    fn from(imported: import::Imported) -> Self {
        Self {
            created: count(imported.counts.created),
            unchanged: count(imported.counts.unchanged),
            rejected: count(imported.counts.rejected),
            disposal_pending: count(imported.counts.disposal_pending),
            refusals: imported.refusals.into_iter().map(RowRefusal::from).collect(),
            was_done_before: imported.before,
        }
    }
}

impl From<import::RowRefusal> for RowRefusal {
    fn from(one: import::RowRefusal) -> Self {
        Self {
            row: i32::try_from(one.row).unwrap_or(i32::MAX),
            field: one.refusal.field.last().cloned(),
            code: one.refusal.code.into(),
            message: one.refusal.message,
        }
    }
}

#[derive(SimpleObject)]
pub struct BeginImportPayload {
    pub import: Option<Import>,
    pub user_errors: Vec<UserError>,
}

#[derive(SimpleObject)]
pub struct FinishImportPayload {
    pub import: Option<Import>,
    pub user_errors: Vec<UserError>,
}

macro_rules! payloads {
    ($($name:ident),*) => {
        $(#[derive(SimpleObject)]
        pub struct $name {
            pub imported: Option<ImportedRows>,
            pub user_errors: Vec<UserError>,
        }

        impl From<(Option<import::Imported>, Vec<UserError>)> for $name {
            fn from((imported, user_errors): (Option<import::Imported>, Vec<UserError>)) -> Self {
                Self { imported: imported.map(ImportedRows::from), user_errors }
            }
        })*
    };
}

payloads!(
    ImportCustomersPayload,
    ImportSubscriptionsPayload,
    ImportConsentsPayload,
    ImportDataLocationsPayload
);

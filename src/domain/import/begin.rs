//! A file is about to be brought in, or gone on with.

use super::chunk::Counts;
use crate::{
    access::{Code, Command, Reader, Refusal, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::{
    enums::{ImportKind, LookupKind},
    ids::ImportId,
    import,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};

/// Begins to bring a file in. The same file again, by the same actor, is the same import, which is gone on with or over.
#[derive(Clone, Debug)]
pub struct BeginImport {
    pub kind: ImportKind,
    /// The SHA-256 of the file, and of whatever else decides how it is cut into chunks: 64 hexadecimal digits.
    pub digest: String,
    /// Whether a file that is done is to be gone through once more.
    pub again: bool,
}

/// An import, and how far it has come.
#[derive(Clone, Debug)]
pub struct Begun {
    pub import: import::Model,
    /// The first chunk that is not done.
    pub next: i32,
    /// The last chunks before that which are done, and all beyond it that are, in order: what was told of them may not have arrived.
    pub done: Vec<Done>,
    /// Of all of its chunks that are done.
    pub counts: Counts,
}

/// A chunk that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Done {
    pub number: i32,
    /// Rows.
    pub rejected: i64,
}

/// How many chunks may be under way at once, so that nothing is lost that was told of them.
pub const UNDER_WAY: i32 = 8;

/// Chunks that are told of, at most: those under way, and many more.
pub const MOST_DONE: usize = 1_000;

impl Command for BeginImport {
    const ACTION: Action = Action::BeginImport;
    type Output = Begun;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Begun, Stop> {
        let digest = self.digest.to_ascii_lowercase();
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let message = "Give the SHA-256 of the file, as 64 hexadecimal digits.";
            return Err(Refusal::new(Code::InvalidFormat, message).at("digest").into());
        }
        // Keyed: a small file's digest may be looked for.
        let source_hash = w.lookup(LookupKind::Reference, &digest);
        let requested_by = w.caller().actor.id();
        let same = import::Entity::find()
            .filter(import::Column::RequestedBy.eq(&requested_by))
            .filter(import::Column::Kind.eq(self.kind))
            .filter(import::Column::SourceHash.eq(source_hash.clone()))
            .order_by_desc(import::Column::Round);
        let before = w.page(same, 1).await?.0.pop();
        let import = match before {
            Some(row) if row.finished_at.is_none() || !self.again => row,
            before => {
                let row = import::Model {
                    id: ImportId(w.id()),
                    kind: self.kind,
                    requested_by,
                    requested_by_name: w.actor_name(),
                    source_hash,
                    round: before.map_or(0, |row| row.round + 1),
                    created_at: w.now(),
                    finished_at: None,
                };
                w.insert::<import::Entity>(row).await?
            }
        };
        w.about(Target::thing(import.id));
        so_far(w, import).await
    }
}

#[derive(FromQueryResult)]
struct Number {
    number: i32,
}

/// How far it has come.
pub(super) async fn so_far(r: &Reader, import: import::Model) -> Result<Begun, Stop> {
    let sum = |column: &str| format!("CAST(coalesce(sum({column}), 0) AS bigint) AS {column}");
    let sums = ["created", "unchanged", "rejected", "disposal_pending"].map(sum).join(", ");
    let mut sql = Sql::new(&format!("SELECT {sums} FROM import_chunk WHERE import_id = "));
    sql.bind(import.id.0);
    let counts = r.numbers::<Counts>(sql).await?.pop().unwrap_or_default();
    let next = next(r, import.id).await?;
    let mut sql = Sql::new("SELECT number, rejected FROM import_chunk WHERE import_id = ");
    sql.bind(import.id.0).push(" AND number >= ").bind(next - UNDER_WAY);
    sql.push(&format!(" ORDER BY number LIMIT {MOST_DONE}"));
    let done = r.numbers::<Done>(sql).await?;
    Ok(Begun { import, next, done, counts })
}

/// The first chunk that is not done.
async fn next(r: &Reader, import: ImportId) -> Result<i32, Stop> {
    let mut sql = Sql::new("SELECT number FROM import_chunk WHERE number = 0 AND import_id = ");
    sql.bind(import.0);
    if r.numbers::<Number>(sql).await?.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new("SELECT c.number + 1 AS number FROM import_chunk c WHERE c.import_id = ");
    sql.bind(import.0);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM import_chunk n WHERE n.import_id = c.import_id AND n.number = c.number + 1) \
         ORDER BY c.number LIMIT 1",
    );
    Ok(r.numbers::<Number>(sql).await?.first().map_or(0, |row| row.number))
}

//! The log as it is stored, beside what was signed about it. Nothing is changed by looking, and nothing goes on record.

use super::{
    checkpoint::CheckpointsAfter,
    extent::{EventsAfter, Extent, between, extent},
    seal::{digest, number},
};
use crate::{
    access::{Broken, Door, Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
    transparency::{
        Exported, Month,
        export::EventLine,
        leaf,
        note::{self, Unfit},
        tree::{Place, Unproven, WIDTH},
        verify::{Check, Columns, Report, Signed, State, Stored, Wrong},
    },
};
use entity::{
    audit_checkpoint, audit_event, audit_leaf, audit_subject, audit_tile,
    ids::{AuditEventId, CustomerId},
};
use futures::{StreamExt, stream};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Places that are looked at together: some whole tiles.
const AT_ONCE: u64 = 8 * WIDTH;

/// Events beyond the looked at places that are read together.
const BEYOND: i64 = 20_000;

/// How often it is looked again, where months left meanwhile.
const AGAIN: u32 = 50;

/// What a log is looked at beside.
#[derive(Clone, Debug, Default)]
pub struct Beside<'a> {
    /// What was signed about it, and is kept elsewhere.
    pub saved: Vec<Signed>,
    /// Verifier keys. With any, whatever the database says was signed is checked as well.
    pub keys: &'a [String],
    /// How far it was looked through before, to go on from there.
    pub before: Option<&'a State>,
    /// Events that are not in the database any more.
    pub exported: Arc<Exported>,
    /// Months whose events are looked at as they were exported, though the database has them.
    pub leaving: Vec<Month>,
}

/// Looks through the whole log, or from where it was looked through before. `progress` is told how many places of how many were
/// looked at. Back comes how far it is sound, too, unless something is wrong.
///
/// # Errors
/// When the database fails, or a file.
pub async fn verify(
    door: &Arc<Door>,
    beside: Beside<'_>,
    progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<(Report, Option<State>), Stop> {
    let mut months = door.audit_months().await?;
    let mut looked = look(door, beside.clone(), &progress).await?;
    for _ in 0..AGAIN {
        // Of a month that was detached meanwhile some was seen, and that it was is beyond what was looked at.
        let now = door.audit_months().await?;
        if looked.0.wrong.is_empty() || months.iter().all(|month| now.contains(month)) {
            break;
        }
        months = now;
        looked = look(door, beside.clone(), &progress).await?;
    }
    Ok(looked)
}

async fn look(
    door: &Arc<Door>,
    beside: Beside<'_>,
    progress: &(impl Fn(u64, u64) + Send + Sync),
) -> Result<(Report, Option<State>), Stop> {
    let access = || door.program("audit", "verify");
    let Beside { saved, keys, before, exported, leaving } = beside;
    let Extent { size, newest, unsealed, left_out, gone } = extent(door).await?;
    let leaving = Arc::new(leaving);
    let mut check = Check::against(saved).trusting(keys);
    if let Some(before) = before {
        check = check.after(before).ok_or(Broken::Stored("how far the log was looked through is damaged"))?;
        if before.size > size {
            let whence = "what was sound before".to_owned();
            check.found(Wrong::CutOff { size: before.size, left: size, whence });
        }
    }
    for id in left_out {
        check.found(Wrong::LeftOut(id.to_string()));
    }
    for id in gone {
        check.found(Wrong::SubjectsOfNothing(id.to_string()));
    }
    // Places and what is signed about them come together.
    if let Some(signed) = u64::try_from(newest).ok().filter(|signed| *signed < size) {
        check.found(Wrong::NeverSigned(signed));
    }
    // Some are read and looked at meanwhile: what takes time about a place has to do with no other.
    let ranges = (check.size()..size).step_by(usize::try_from(AT_ONCE).unwrap_or(1));
    let looked = |from: u64| {
        let (access, upto) = (access(), (from + AT_ONCE).min(size));
        let (exported, leaving) = (exported.clone(), leaving.clone());
        tokio::spawn(async move {
            let mut places = access.read(Places { from, upto }).await?;
            tokio::task::spawn_blocking(move || {
                fill(&mut places, from, &exported, &leaving)?;
                let looked = (from..).zip(places).map(|(at, stored)| stored.look(at, false));
                Ok::<_, Stop>(looked.collect::<Vec<_>>())
            })
            .await
            .map_err(|_| ENDED)?
        })
    };
    let mut looked = stream::iter(ranges)
        .map(looked)
        .buffered(std::thread::available_parallelism().map_or(1, usize::from));
    while check.size() < size {
        let from = check.size();
        let upto = (from + AT_ONCE).min(size);
        let mut after = from;
        loop {
            let rows = access().read(CheckpointsAfter(after)).await?;
            let Some(last) = rows.last() else { break };
            after = u64::try_from(last.tree_size).unwrap_or(u64::MAX);
            for row in rows.iter().filter(|row| u64::try_from(row.tree_size).is_ok_and(|size| size <= upto)) {
                expect(&mut check, row, keys, row.tree_size == newest)?;
            }
            if after > upto {
                break;
            }
        }
        let some = looked.next().await.ok_or(ENDED)?;
        for place in some.map_err(|_| ENDED)?? {
            check.place(place).map_err(unproven)?;
        }
        if check.size() != upto {
            return Err(ENDED.into());
        }
        progress(check.size(), size);
    }
    // What the database says was signed about more than there is.
    for row in
        access().read(CheckpointsAfter(size)).await?.iter().take(100).filter(|row| row.tree_size <= newest)
    {
        expect(&mut check, row, keys, row.tree_size == newest)?;
    }
    let state = check.state();
    // Some may have come, or been sealed, since.
    let (mut from, below) = (None, None);
    while check.misses_some() {
        let Some(upto) = access().read(EventsAfter { from, below, step: BEYOND }).await? else { break };
        for event in &access().read(EventsBeyond { size, from, upto }).await? {
            check.beyond(&event.body);
        }
        from = Some(upto);
    }
    let stored = access().read(TilesAbove).await?.into_iter().collect::<BTreeMap<_, _>>();
    // What was sealed meanwhile has added to them.
    let right =
        |place: &Place, hashes: &[u8]| stored.get(place).is_some_and(|there| there.starts_with(hashes));
    let changed = check.tiles().iter().filter(|(place, hashes)| !right(place, hashes));
    for place in changed.map(|(place, _)| *place).collect::<Vec<_>>() {
        check.found(Wrong::TileChanged(place.level, place.index));
    }
    let report = check.end(unsealed);
    let state = state.filter(|_| report.wrong.is_empty());
    Ok((report, state))
}

const ENDED: Broken = Broken::Stored("looking through the log came to a sudden end");

/// Puts in what the files have of the events that are not in the database, or are leaving it.
fn fill(places: &mut [Stored], from: u64, exported: &Exported, leaving: &[Month]) -> Result<(), Stop> {
    let leaves = |stored: &Stored| {
        stored.id.and_then(|id| Month::of(id.0)).is_some_and(|month| leaving.contains(&month))
    };
    let is_absent = |stored: &Stored| stored.id.is_some() && stored.body.is_none();
    if !places.iter().any(|stored| is_absent(stored) || leaves(stored)) {
        return Ok(());
    }
    let unreadable = |_| Broken::Stored("an exported file cannot be read any more");
    let mut found = exported.between(from, from + places.len() as u64).map_err(unreadable)?;
    for (at, stored) in (from..).zip(places) {
        let (leaves, is_absent) = (leaves(stored), is_absent(stored));
        if !leaves && !is_absent {
            continue;
        }
        // Of several files one may be damaged.
        let lines = found.remove(&at).unwrap_or_default();
        let is_it = |line: &&EventLine| line.bytes().map(|bytes| leaf(&bytes)) == stored.hash;
        let line = lines.iter().find(is_it).or(lines.first());
        stored.body = line.and_then(EventLine::bytes);
        stored.withheld = line.and_then(|line| line.withheld.as_ref()?.bytes().ok());
        stored.is_exported = is_absent && stored.body.is_some();
        stored.is_to_be_in_a_file = leaves;
    }
    Ok(())
}

/// What the database says was signed. Of earlier ones the key may have been replaced, and the tree says whether they are true.
fn expect(
    check: &mut Check,
    row: &audit_checkpoint::Model,
    keys: &[String],
    is_newest: bool,
) -> Result<(), Stop> {
    let (text, whence) =
        (row.note.as_bytes(), format!("the database's checkpoint of {} events", row.tree_size));
    let said = match note::open(text, keys) {
        Err(Unfit::NotSigned) if keys.is_empty() || !is_newest => note::read(text),
        said => said,
    };
    match said {
        Ok(_)
            if !keys.contains(&row.verifier_key)
                && note::open(text, std::slice::from_ref(&row.verifier_key)).is_err() =>
        {
            let why = "the key that the database gives to check it with is another".to_owned();
            check.found(Wrong::NotSigned { whence, why });
        }
        Ok(said) if i64::try_from(said.size) == Ok(row.tree_size) && said.root == row.root_hash[..] => {
            check
                .expect(Signed { size: said.size, root: said.root, outside: false, whence })
                .map_err(unproven)?;
        }
        Ok(_) => check.found(Wrong::NotSigned { whence, why: "its note says something else".to_owned() }),
        Err(why) => check.found(Wrong::NotSigned { whence, why: why.to_string() }),
    }
    Ok(())
}

fn unproven(_: Unproven) -> Stop {
    Broken::Stored("a tree without an edge").into()
}

/// Places of the tree from one up to another, that one not included.
#[derive(Clone, Copy, Debug)]
struct Places {
    from: u64,
    upto: u64,
}

/// A row, if it can be read, and whose it is.
struct Read<T>(AuditEventId, Option<T>);

impl<T: FromQueryResult> FromQueryResult for Read<T> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self(row.try_get(prefix, "event_id")?, T::from_query_result(row, prefix).ok()))
    }
}

impl Inquiry for Places {
    const ACTION: Action = Action::SeeCheckpoint;
    const SNAPSHOT: bool = true;
    type Output = Vec<Stored>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<Stored>, Stop> {
        let (from, upto) = (number(self.from)?, number(self.upto)?);
        // One after another: joined, a large log might be read as a whole for some places.
        let mut sql = Sql::new("SELECT * FROM audit_leaf WHERE leaf_index >= ");
        sql.bind(from).push(" AND leaf_index < ").bind(upto);
        let leaves = r.numbers::<audit_leaf::Model>(sql).await?;
        let ids = || leaves.iter().map(|leaf| leaf.event_id.0);
        let mut sql = Sql::new("SELECT * FROM audit_event WHERE event_id IN ");
        sql.list(ids());
        let events = r.numbers::<Read<audit_event::Model>>(sql).await?;
        // Whatever the database lets in, there is one of each.
        let mut doubled = HashSet::new();
        let mut by_id = HashMap::new();
        for Read(id, event) in events {
            if by_id.insert(id, event).is_some() {
                doubled.insert(id);
            }
        }
        let mut events = by_id;
        let mut sql = Sql::new("SELECT * FROM audit_subject WHERE event_id IN ");
        sql.list(ids());
        let mut subjects = HashMap::<AuditEventId, Vec<audit_subject::Model>>::new();
        for Read(event_id, subject) in r.numbers::<Read<audit_subject::Model>>(sql).await? {
            // One that cannot be read is of nobody whom the body names.
            let (customer_id, categories) = (CustomerId(Uuid::nil()), String::new());
            let nobody = audit_subject::Model { customer_id, event_id, categories };
            subjects.entry(event_id).or_default().push(subject.unwrap_or(nobody));
        }
        let mut sql = Sql::new("SELECT * FROM audit_tile WHERE level = 0 AND tile_index BETWEEN ");
        sql.bind(number(self.from / WIDTH)?).push(" AND ").bind(number(self.upto / WIDTH)?);
        let count = usize::try_from(self.upto - self.from).unwrap_or_default();
        let mut places = vec![Stored::default(); count];
        let at = |index: u64| index.checked_sub(self.from).and_then(|at| usize::try_from(at).ok());
        for tile in r.numbers::<audit_tile::Model>(sql).await? {
            let first = u64::try_from(tile.tile_index).unwrap_or_default() * WIDTH;
            for (index, hash) in (first..).zip(tile.hashes.chunks(32)) {
                if let Some(place) = at(index).and_then(|at| places.get_mut(at)) {
                    place.hash = digest(hash).ok();
                }
            }
        }
        for leaf in leaves {
            let index = u64::try_from(leaf.leaf_index).ok().and_then(at);
            if let Some(place) = index.and_then(|at| places.get_mut(at)) {
                place.is_doubled |= place.id.is_some() || doubled.contains(&leaf.event_id);
                place.id = Some(leaf.event_id);
                let Some(Some(mut event)) = events.remove(&leaf.event_id) else { continue };
                place.body = Some(std::mem::take(&mut event.body));
                place.withheld = event.withheld.take();
                let subjects = subjects.remove(&leaf.event_id).unwrap_or_default();
                place.columns = Some(Columns { row: event, subjects });
            }
        }
        Ok(places)
    }
}

/// Events between two ids, the second included, that have no place in a tree of this size.
#[derive(Clone, Copy, Debug)]
struct EventsBeyond {
    size: u64,
    from: Option<Uuid>,
    upto: Uuid,
}

#[derive(FromQueryResult)]
struct Beyond {
    body: Vec<u8>,
}

impl Inquiry for EventsBeyond {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Vec<Beyond>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT e.body FROM audit_event e WHERE ");
        between(&mut sql, "e", self.from, self.upto);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.event_id AND ");
        between(&mut sql, "l", self.from, self.upto);
        sql.push(" AND l.leaf_index >= 0 AND l.leaf_index < ").bind(number(self.size)?);
        sql.push(") ORDER BY e.event_id");
        r.numbers(sql).await
    }
}

/// The tiles of all levels but the leaves'.
#[derive(Clone, Copy, Debug)]
struct TilesAbove;

impl Inquiry for TilesAbove {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Vec<(Place, Vec<u8>)>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let sql = Sql::new("SELECT * FROM audit_tile WHERE level > 0 ORDER BY level, tile_index");
        let tiles = r.numbers::<audit_tile::Model>(sql).await?.into_iter();
        let tile =
            |tile: audit_tile::Model| Some((super::seal::place(tile.level, tile.tile_index)?, tile.hashes));
        Ok(tiles.filter_map(tile).collect())
    }
}

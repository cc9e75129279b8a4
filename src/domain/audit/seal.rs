//! Events get their places in the log's tree, and what it holds then is signed.

use super::{checkpoint::newest, extent::between};
use crate::{
    access::{Broken, Command, Sql, Stop, Writer},
    policy::{Action, Target},
    transparency::{
        leaf,
        note::{self, SigningKeys},
        tree::{Digest, Growing, Place, Tiles},
    },
};
use chrono::{DateTime, Utc};
use entity::{audit_checkpoint, audit_leaf, audit_sealer, audit_tile, ids::AuditEventId};
use sea_orm::{
    EntityTrait, FromQueryResult, QuerySelect,
    sea_query::{LockBehavior, LockType},
};
use std::sync::Arc;
use uuid::Uuid;

/// Events that get their places in one transaction.
const MOST: i64 = 20_000;

/// The one row of `audit_sealer`.
const SEALER: i32 = 1;

/// Takes the next events that have committed into the tree, and signs it. Of several who do so at once one does, and the others
/// leave it to them.
#[derive(Clone, Debug)]
pub struct SealEvents {
    pub keys: Arc<SigningKeys>,
    /// Whether these keys have signed nothing yet: whatever the tree is by then, they begin with it.
    pub begins: bool,
    /// Of the events between these two ids, the second included, those that have no place; else those that came last.
    pub among: Option<(Option<Uuid>, Uuid)>,
}

/// What the log holds, as it is signed.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub checkpoint: audit_checkpoint::Model,
    /// When the first of the events came that it took in.
    pub oldest: Option<DateTime<Utc>>,
    /// Whether more are waiting.
    pub more: bool,
    /// The first event that came before others which had their places already.
    pub left_out: Option<AuditEventId>,
}

#[derive(FromQueryResult)]
struct Settled {
    below: i64,
}

/// An event that has no place yet.
#[derive(FromQueryResult)]
struct Arrived {
    event_id: AuditEventId,
    body: Vec<u8>,
    occurred_at: DateTime<Utc>,
    place: i64,
}

impl Command for SealEvents {
    const ACTION: Action = Action::SealAuditLog;
    const UNRECORDED: bool = true;
    type Output = Option<Sealed>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Option<Sealed>, Stop> {
        let nobodys = || Broken::Stored("audit_sealer has no row");
        w.one(audit_sealer::Entity::find_by_id(SEALER)).await?.ok_or_else(nobodys)?;
        let turn = audit_sealer::Entity::find_by_id(SEALER)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let Some(turn) = w.one(turn).await? else { return Ok(None) };
        // Before the events are read: what is below has come, or never will.
        let settled = w.numbers::<Settled>(Sql::new("SELECT below FROM audit_settled")).await?;
        let below = settled.first().map_or(0, |settled| settled.below);
        // After a restored dump transactions are counted anew.
        let from = if turn.sealed_below > below { 0 } else { turn.sealed_below };
        let events = arrived(w, from, self.among).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let keys = (!self.begins).then_some(&*self.keys);
        let mut tree = grown_so_far(w, keys).await?;
        let first = tree.size();
        for event in &events {
            tree.push(leaf(&event.body));
        }
        let leaves = events.iter().zip(first..).map(|(event, index)| {
            let leaf_index = number(index)?;
            Ok(audit_leaf::Model { leaf_index, event_id: event.event_id })
        });
        w.insert_all::<audit_leaf::Entity>(&leaves.collect::<Result<Vec<_>, Stop>>()?).await?;
        store(w, tree.take_changed()).await?;
        let root = tree.root().map_err(|_| BROKEN)?;
        let checkpoint = audit_checkpoint::Model {
            tree_size: number(tree.size())?,
            root_hash: root.to_vec(),
            note: self
                .keys
                .sign(tree.size(), root)
                .map_err(|_| Broken::Stored("the log could not be signed"))?,
            verifier_key: self.keys.verifier_keys().first().cloned().unwrap_or_default(),
            created_at: w.now(),
        };
        let checkpoint = w.insert::<audit_checkpoint::Entity>(checkpoint).await?;
        let more = events.len() as u64 >= MOST.unsigned_abs();
        if self.among.is_none() {
            // Of the last one's place there may be others.
            let reached = if more { events.last().map_or(below, |last| last.place) } else { below };
            let sealed_below = reached.min(below);
            w.update::<audit_sealer::Entity>(audit_sealer::Model { sealed_below, ..turn }).await?;
        }
        let oldest = events.iter().map(|event| event.occurred_at).min();
        // After a restored dump places are counted anew.
        let is_late = |event: &&Arrived| event.place < turn.sealed_below && turn.sealed_below <= below;
        let left_out = events.iter().find(is_late).map(|event| event.event_id);
        Ok(Some(Sealed { checkpoint, oldest, more, left_out }))
    }
}

/// Nothing is signed on top of what somebody has changed.
const BROKEN: Broken = Broken::Stored("the audit log's tree is not what was signed");

/// Events from a place on, or among those of some ids, that have none in the tree, in the order in which they came.
async fn arrived(w: &Writer, from: i64, among: Option<(Option<Uuid>, Uuid)>) -> Result<Vec<Arrived>, Stop> {
    let mut sql = Sql::new("SELECT a.event_id, a.body, a.occurred_at, a.place FROM audit_arrival a WHERE ");
    match among {
        None => sql.push("a.place >= ").bind(from),
        Some((from, upto)) => between(&mut sql, "a", from, upto),
    };
    sql.push(" AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = a.event_id");
    if let Some((from, upto)) = among {
        between(sql.push(" AND "), "l", from, upto);
    }
    sql.push(") ORDER BY a.place, a.event_id LIMIT ").bind(MOST);
    w.numbers(sql).await
}

/// The tree as it was signed last, by these keys if there are any.
async fn grown_so_far(w: &Writer, keys: Option<&SigningKeys>) -> Result<Growing, Stop> {
    let Some(newest) = newest(w).await? else { return Ok(Growing::new()) };
    let size = u64::try_from(newest.tree_size).map_err(|_| BROKEN)?;
    if let Some(keys) = keys {
        let said = note::open(newest.note.as_bytes(), keys.verifier_keys()).map_err(|_| BROKEN)?;
        if said.size != size || said.root != newest.root_hash[..] {
            return Err(BROKEN.into());
        }
    }
    let mut tiles = Tiles::default();
    let mut sql = Sql::new("SELECT * FROM audit_tile WHERE false");
    for Place { level, index } in Growing::edge(size) {
        sql.push(" OR (level = ")
            .bind(i32::from(level))
            .push(" AND tile_index = ")
            .bind(number(index)?)
            .push(")");
    }
    for tile in w.numbers::<audit_tile::Model>(sql).await? {
        let place = place(tile.level, tile.tile_index).ok_or(BROKEN)?;
        tiles.put(place, tile.hashes);
    }
    let tree = Growing::from(size, tiles).ok_or(BROKEN)?;
    if tree.root().map_err(|_| BROKEN)? != digest(&newest.root_hash)? {
        return Err(BROKEN.into());
    }
    Ok(tree)
}

async fn store(w: &Writer, tiles: Vec<(Place, Vec<u8>)>) -> Result<(), Stop> {
    for some in tiles.chunks(500) {
        let mut sql = Sql::new("INSERT INTO audit_tile (level, tile_index, hashes) VALUES ");
        for (at, (place, hashes)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind(i32::from(place.level)).push(", ");
            sql.bind(number(place.index)?).push(", ").bind(hashes.clone()).push(")");
        }
        sql.push(" ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes");
        w.execute(sql).await?;
    }
    Ok(())
}

pub(super) fn place(level: i32, index: i64) -> Option<Place> {
    Some(Place { level: u8::try_from(level).ok()?, index: u64::try_from(index).ok()? })
}

pub(super) fn digest(bytes: &[u8]) -> Result<Digest, Stop> {
    bytes.try_into().map_err(|_| BROKEN.into())
}

pub(super) fn number(value: u64) -> Result<i64, Stop> {
    i64::try_from(value).map_err(|_| BROKEN.into())
}

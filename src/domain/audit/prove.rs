//! Proofs that events are in the log, and that the log only grew: hashes and sizes alone.

use super::{
    checkpoint::newest,
    seal::{number, place},
};
use crate::{
    access::{Broken, Code, Inquiry, Reader, Refusal, Sql, Stop},
    policy::{Action, Target},
    transparency::tree::{Digest, Place, Tiles, Unproven},
};
use entity::{audit_checkpoint, audit_leaf, audit_tile, ids::AuditEventId};
use std::collections::{BTreeSet, HashMap};

/// What proves that an event is in the tree of a size (RFC 9162, 2.1.3).
#[derive(Clone, Debug)]
pub struct Inclusion {
    pub index: u64,
    pub size: u64,
    /// From the leaf upwards.
    pub hashes: Vec<Digest>,
    pub root: Digest,
    /// What was signed about that tree, if anything was.
    pub checkpoint: Option<audit_checkpoint::Model>,
}

/// What proves that the tree of one size only adds to that of another (RFC 9162, 2.1.4).
#[derive(Clone, Debug)]
pub struct Consistency {
    pub from: u64,
    pub to: u64,
    pub from_root: Digest,
    pub to_root: Digest,
    pub hashes: Vec<Digest>,
}

/// The places of these events; those that are not sealed yet have none.
#[derive(Clone, Debug)]
pub struct PlacesOfEvents(pub Vec<AuditEventId>);

impl Inquiry for PlacesOfEvents {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = HashMap<AuditEventId, u64>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        places(r, &self.0).await
    }
}

async fn places(r: &Reader, events: &[AuditEventId]) -> Result<HashMap<AuditEventId, u64>, Stop> {
    let mut sql = Sql::new("SELECT * FROM audit_leaf WHERE event_id IN ");
    sql.list(events.iter().map(|id| id.0));
    let rows = r.numbers::<audit_leaf::Model>(sql).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.event_id, u64::try_from(row.leaf_index).ok()?))).collect())
}

/// Proofs of these events in the tree of this size, or of the one that was signed last. Those that are not in it have none.
#[derive(Clone, Debug)]
pub struct ProveEvents {
    pub events: Vec<AuditEventId>,
    pub size: Option<i64>,
}

impl Inquiry for ProveEvents {
    const ACTION: Action = Action::SeeCheckpoint;
    const SNAPSHOT: bool = true;
    type Output = HashMap<AuditEventId, Inclusion>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let Some(newest) = newest(r).await? else { return Ok(HashMap::new()) };
        let size = self.size.unwrap_or(newest.tree_size);
        if !(1..=newest.tree_size).contains(&size) {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new("SELECT * FROM audit_checkpoint WHERE tree_size = ");
        sql.bind(size);
        let checkpoint = r.numbers::<audit_checkpoint::Model>(sql).await?.pop();
        let size = u64::try_from(size).unwrap_or_default();
        let mut events = places(r, &self.events).await?.into_iter().collect::<Vec<_>>();
        events.retain(|(_, index)| *index < size);
        let places = events.iter().map(|(_, index)| *index).collect::<Vec<_>>();
        let (root, proofs) = inclusions(r, &places, size).await?;
        let proof = |((event, index), hashes)| {
            (event, Inclusion { index, size, hashes, root, checkpoint: checkpoint.clone() })
        };
        Ok(events.into_iter().zip(proofs).map(proof).collect())
    }
}

/// The root of the tree of this size, and what proves that what has these places is in it, each from the leaf upwards.
pub(super) async fn inclusions(
    r: &Reader,
    places: &[u64],
    size: u64,
) -> Result<(Digest, Vec<Vec<Digest>>), Stop> {
    let prove = |tiles: &Tiles| {
        let root = tiles.root(size);
        let (mut proofs, mut missing) = (Vec::new(), BTreeSet::new());
        for index in places {
            match tiles.inclusion(*index, size) {
                Ok(hashes) => proofs.push(hashes),
                Err(Unproven::Missing(tiles)) => missing.extend(tiles),
                Err(other) => return Err(other),
            }
        }
        if let Err(Unproven::Missing(tiles)) = &root {
            missing.extend(tiles);
        }
        if missing.is_empty() { Ok((root?, proofs)) } else { Err(Unproven::Missing(missing)) }
    };
    proven(r, prove).await
}

/// A proof that the tree of the size `to` only adds to the one of the size `from`; `None` where none of that size was signed.
#[derive(Clone, Copy, Debug)]
pub struct ProveConsistency {
    pub from: i64,
    pub to: i64,
}

impl Inquiry for ProveConsistency {
    const ACTION: Action = Action::SeeCheckpoint;
    const SNAPSHOT: bool = true;
    type Output = Option<Consistency>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let wrong = |field: &str, why: &str| Refusal::new(Code::OutOfRange, why).at(field);
        let size = |field: &str, size: i64| match u64::try_from(size) {
            Ok(0) | Err(_) => {
                Err(wrong(field, "A log of which something was signed has one event at least."))
            }
            Ok(size) => Ok(size),
        };
        let (from, to) = (size("from", self.from)?, size("to", self.to)?);
        if from > to {
            return Err(wrong("from", "The log was never larger before: give the smaller size first.").into());
        }
        if newest(r).await?.is_none_or(|newest| newest.tree_size < self.to) {
            return Ok(None);
        }
        let prove = |tiles: &Tiles| {
            let (from_root, to_root) = (tiles.root(from), tiles.root(to));
            let hashes = tiles.consistency(from, to);
            let missing = |unproven: &Unproven| match unproven {
                Unproven::Missing(tiles) => tiles.clone(),
                _ => BTreeSet::new(),
            };
            let all = [from_root.as_ref().err(), to_root.as_ref().err(), hashes.as_ref().err()];
            let missing = all.into_iter().flatten().flat_map(missing).collect::<BTreeSet<_>>();
            if missing.is_empty() {
                Ok(Consistency { from, to, from_root: from_root?, to_root: to_root?, hashes: hashes? })
            } else {
                Err(Unproven::Missing(missing))
            }
        };
        Ok(Some(proven(r, prove).await?))
    }
}

/// What can be proven by the tiles that are stored, of which no more are read than it takes.
async fn proven<T>(r: &Reader, prove: impl Fn(&Tiles) -> Result<T, Unproven>) -> Result<T, Stop> {
    let mut tiles = Tiles::default();
    loop {
        let missing = match prove(&tiles) {
            Ok(proof) => return Ok(proof),
            Err(Unproven::Missing(missing)) => missing,
            Err(_) => return Err(DAMAGED.into()),
        };
        let mut found = false;
        for (place, hashes) in load(r, &missing).await? {
            found |= tiles.get(place).is_none() && tiles.put(place, hashes);
        }
        if !found {
            return Err(DAMAGED.into());
        }
    }
}

const DAMAGED: Broken = Broken::Stored("the audit log's tree lacks tiles: run `kartotek audit verify`");

async fn load(r: &Reader, places: &BTreeSet<Place>) -> Result<Vec<(Place, Vec<u8>)>, Stop> {
    let (mut found, places) = (Vec::new(), places.iter().collect::<Vec<_>>());
    // SQLite takes expressions that are 1,000 deep.
    for some in places.chunks(400) {
        found.extend(load_some(r, some).await?);
    }
    Ok(found)
}

async fn load_some(r: &Reader, places: &[&Place]) -> Result<Vec<(Place, Vec<u8>)>, Stop> {
    let mut sql = Sql::new("SELECT * FROM audit_tile WHERE false");
    for Place { level, index } in places {
        sql.push(" OR (level = ")
            .bind(i32::from(*level))
            .push(" AND tile_index = ")
            .bind(number(*index)?)
            .push(")");
    }
    let rows = r.numbers::<audit_tile::Model>(sql).await?.into_iter();
    Ok(rows.filter_map(|row| Some((place(row.level, row.tile_index)?, row.hashes))).collect())
}

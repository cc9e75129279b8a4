//! The log's Merkle tree (RFC 9162, 2.1), kept in tiles of 256 hashes each (C2SP tlog-tiles): a tile of level 0 holds leaves, and
//! one of the next level a hash for each full tile of this one. Nothing else of the tree is stored, as the rest follows.

use std::collections::{BTreeMap, BTreeSet};
use tlog_tiles::{
    Error, Hash, HashReader, Tile, prove_record, prove_tree, split_stored_hash_index, tree_hash,
};

/// A SHA-256 hash.
pub type Digest = [u8; 32];

/// Hashes of a full tile.
pub const WIDTH: u64 = 256;

/// Where a tile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub level: u8,
    /// Which one of its level, from 0.
    pub index: u64,
}

/// Why something cannot be said of a tree.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    /// The tree is smaller than that.
    #[error("there is no such place in the tree")]
    NotInTree,
    /// These tiles are needed for it.
    #[error("tiles of the tree are missing")]
    Missing(BTreeSet<Place>),
    #[error(transparent)]
    Wrong(#[from] Error),
}

/// Some of a tree's tiles, each with the hashes that it has so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tiles(BTreeMap<Place, Vec<u8>>);

impl Tiles {
    /// Adds a tile; `false` when what it holds cannot be one.
    pub fn put(&mut self, place: Place, hashes: Vec<u8>) -> bool {
        let fits = !hashes.is_empty() && hashes.len().is_multiple_of(32) && hashes.len() as u64 <= WIDTH * 32;
        if fits {
            self.0.insert(place, hashes);
        }
        fits
    }

    /// What one of them holds.
    #[must_use]
    pub fn get(&self, place: Place) -> Option<&[u8]> {
        self.0.get(&place).map(Vec::as_slice)
    }

    /// The root of the tree of this size.
    ///
    /// # Errors
    /// When tiles of its right edge are missing.
    pub fn root(&self, size: u64) -> Result<Digest, Unproven> {
        if size == 0 {
            return Ok(tlog_tiles::EMPTY_HASH.0);
        }
        self.ask(|reader| tree_hash(size, reader)).map(|hash| hash.0)
    }

    /// What proves that a leaf is in the tree of this size, from the leaf upwards.
    ///
    /// # Errors
    /// When there is no such leaf, or tiles are missing.
    pub fn inclusion(&self, leaf: u64, size: u64) -> Result<Vec<Digest>, Unproven> {
        if leaf >= size {
            return Err(Unproven::NotInTree);
        }
        self.ask(|reader| prove_record(size, leaf, reader)).map(digests)
    }

    /// What proves that the tree of the size `to` only adds to the one of the size `from`.
    ///
    /// # Errors
    /// When `from` is nothing, or more than `to`, or tiles are missing.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<Digest>, Unproven> {
        if from == 0 || from > to {
            return Err(Unproven::NotInTree);
        }
        self.ask(|reader| prove_tree(to, from, reader)).map(digests)
    }

    fn ask<T>(&self, question: impl FnOnce(&Reader<'_>) -> Result<T, Error>) -> Result<T, Unproven> {
        let reader = Reader { tiles: self, missing: std::cell::RefCell::default() };
        let answer = question(&reader);
        let missing = reader.missing.into_inner();
        if missing.is_empty() { Ok(answer?) } else { Err(Unproven::Missing(missing)) }
    }
}

struct Reader<'a> {
    tiles: &'a Tiles,
    missing: std::cell::RefCell<BTreeSet<Place>>,
}

impl HashReader for Reader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let mut missing = self.missing.borrow_mut();
        let mut hash = |index: &u64| {
            let (level, nth) = split_stored_hash_index(*index);
            let (up, above) = (level / 8, level % 8);
            // A hash `above` levels within a tile stands for that many of what the tile holds.
            let first = nth << above;
            let place = Place { level: up, index: first / WIDTH };
            let from = usize::try_from(first % WIDTH).unwrap_or_default() * 32;
            let to = from + (32 << above);
            let Some(hashes) = self.tiles.get(place).and_then(|hashes| hashes.get(from..to)) else {
                missing.insert(place);
                return Hash([0; 32]);
            };
            Tile::subtree_hash(hashes)
        };
        Ok(indexes.iter().map(&mut hash).collect())
    }
}

fn digests(hashes: Vec<Hash>) -> Vec<Digest> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

fn hashes(digests: &[Digest]) -> Vec<Hash> {
    digests.iter().map(|digest| Hash(*digest)).collect()
}

/// Whether this proves that the `nth` leaf of the tree of that size and root is this one.
#[must_use]
pub fn proves_inclusion(proof: &[Digest], (size, root): (u64, Digest), nth: u64, leaf: Digest) -> bool {
    nth < size && tlog_tiles::check_record(&hashes(proof), size, Hash(root), nth, Hash(leaf)).is_ok()
}

/// Whether this proves that the tree `to` only adds to the tree `from`, each with its size and root.
#[must_use]
pub fn proves_consistency(proof: &[Digest], from: (u64, Digest), to: (u64, Digest)) -> bool {
    let in_order = from.0 > 0 && from.0 <= to.0;
    in_order && tlog_tiles::check_tree(&hashes(proof), to.0, Hash(to.1), from.0, Hash(from.1)).is_ok()
}

/// A tree that leaves are added to.
#[derive(Clone, Debug)]
pub struct Growing {
    size: u64,
    tiles: Tiles,
    touched: BTreeSet<Place>,
}

impl Default for Growing {
    fn default() -> Self {
        Self::new()
    }
}

impl Growing {
    /// One without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self { size: 0, tiles: Tiles::default(), touched: BTreeSet::new() }
    }

    /// The tiles by which a tree of this size goes on: those that are not full.
    #[must_use]
    pub fn edge(size: u64) -> Vec<Place> {
        let of = |level: u8| {
            let here = size.checked_shr(8 * u32::from(level)).unwrap_or_default();
            (!here.is_multiple_of(WIDTH)).then_some(Place { level, index: here / WIDTH })
        };
        (0..8).filter_map(of).collect()
    }

    /// A tree of this size, of which these are the tiles that are not full; `None` when they are not.
    #[must_use]
    pub fn from(size: u64, tiles: Tiles) -> Option<Self> {
        let wide = |place: &Place| {
            let here = size >> (8 * u32::from(place.level));
            tiles.get(*place).is_some_and(|hashes| hashes.len() as u64 == here % WIDTH * 32)
        };
        let edge = Self::edge(size);
        let whole = edge.len() == tiles.0.len() && edge.iter().all(wide);
        whole.then(|| Self { size, tiles, touched: BTreeSet::new() })
    }

    /// Adds a leaf, by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let (mut level, mut nth, mut hash) = (0, self.size, leaf);
        loop {
            let place = Place { level, index: nth / WIDTH };
            let tile = self.tiles.0.entry(place).or_default();
            tile.extend_from_slice(&hash);
            self.touched.insert(place);
            if (tile.len() as u64) < WIDTH * 32 {
                break;
            }
            hash = Tile::subtree_hash(tile).0;
            (level, nth) = (level + 1, place.index);
        }
        self.size += 1;
    }

    /// One of its tiles, as long as it is not forgotten.
    #[must_use]
    pub fn tile(&self, place: Place) -> Option<&[u8]> {
        self.tiles.get(place)
    }

    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its root as it is now.
    ///
    /// # Errors
    /// Never: its right edge is there.
    pub fn root(&self) -> Result<Digest, Unproven> {
        self.tiles.root(self.size)
    }

    /// What proves that a leaf is in it, from the leaf upwards, as long as nothing was taken from it.
    ///
    /// # Errors
    /// When there is no such leaf.
    pub fn inclusion(&self, leaf: u64) -> Result<Vec<Digest>, Unproven> {
        self.tiles.inclusion(leaf, self.size)
    }

    /// The tiles that have changed since it was asked last. Full ones are forgotten with it: nothing is added to them.
    pub fn take_changed(&mut self) -> Vec<(Place, Vec<u8>)> {
        let changed = std::mem::take(&mut self.touched).into_iter();
        let changed = changed.filter_map(|place| Some((place, self.tiles.get(place)?.to_vec()))).collect();
        self.tiles.0.retain(|_, hashes| (hashes.len() as u64) < WIDTH * 32);
        changed
    }
}

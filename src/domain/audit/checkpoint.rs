//! What was signed about the log, and the tiles of its tree: hashes and sizes alone, for anybody.

use super::seal::number;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
    transparency::tree::Place,
};
use entity::{audit_checkpoint, audit_tile};

/// What was signed last; `None` until the first events are sealed.
#[derive(Clone, Copy, Debug)]
pub struct NewestCheckpoint;

impl Inquiry for NewestCheckpoint {
    const ACTION: Action = Action::SeeCheckpoint;
    const SEARCH: bool = true;
    type Output = Option<audit_checkpoint::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        newest(r).await
    }
}

pub(super) async fn newest(r: &Reader) -> Result<Option<audit_checkpoint::Model>, Stop> {
    let sql = Sql::new("SELECT * FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1");
    Ok(r.numbers(sql).await?.pop())
}

/// What was signed when the log had this size.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckpointAt(pub u64);

impl Inquiry for CheckpointAt {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Option<audit_checkpoint::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM audit_checkpoint WHERE tree_size = ");
        sql.bind(number(self.0)?);
        Ok(r.numbers(sql).await?.pop())
    }
}

/// What was signed after the log had this size, in the order of that, some at a time.
#[derive(Clone, Copy, Debug)]
pub struct CheckpointsAfter(pub u64);

impl Inquiry for CheckpointsAfter {
    const ACTION: Action = Action::SeeCheckpoint;
    type Output = Vec<audit_checkpoint::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM audit_checkpoint WHERE tree_size > ");
        sql.bind(number(self.0)?).push(" ORDER BY tree_size LIMIT 1000");
        r.numbers(sql).await
    }
}

/// The hashes of one tile, as many as there are so far.
#[derive(Clone, Copy, Debug)]
pub struct TileAt(pub Place);

impl Inquiry for TileAt {
    const ACTION: Action = Action::SeeCheckpoint;
    const SEARCH: bool = true;
    type Output = Option<Vec<u8>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM audit_tile WHERE level = ");
        sql.bind(i32::from(self.0.level)).push(" AND tile_index = ").bind(number(self.0.index)?);
        Ok(r.numbers::<audit_tile::Model>(sql).await?.pop().map(|row| row.hashes))
    }
}

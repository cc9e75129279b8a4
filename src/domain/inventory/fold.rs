//! Adding up what the database has counted, so that the sum stays quick to read.

use crate::{
    access::{Command, Door, Inquiry, Reader, Sql, Stop, Writer},
    policy::{Action, Target},
};
use sea_orm::FromQueryResult;
use std::sync::Arc;

/// So many rows beyond those that there have to be are read along with the others.
const SPARE: i64 = 1_000;

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// Adds up, if there is much to. `SQLite` keeps the sum itself, and there never is.
///
/// # Errors
/// When the database fails.
pub async fn fold(door: &Arc<Door>) -> Result<(), Stop> {
    if door.program("sweep", "findInventoryCounts").read(Spare).await? > SPARE {
        door.program("sweep", "foldInventoryCounts").write(Fold).await?;
    }
    Ok(())
}

/// How many rows there are beyond one for each place, category, channel and state.
#[derive(Clone, Copy, Debug)]
struct Spare;

impl Inquiry for Spare {
    const ACTION: Action = Action::SweepDataMap;
    type Output = i64;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<i64, Stop> {
        let sql = Sql::new(
            "SELECT (SELECT count(*) FROM inventory_count) - (SELECT count(*) FROM (SELECT DISTINCT system_id, category, source_channel, state \
             FROM inventory_count) one) AS count",
        );
        Ok(r.numbers::<Count>(sql).await?.first().map_or(0, |row| row.count))
    }
}

/// Puts one row in place of several. Who reads meanwhile sees these or that one; who adds more is not waited for; and of two who do so at
/// once, each adds up what it took away itself.
#[derive(Clone, Copy, Debug)]
struct Fold;

impl Command for Fold {
    const ACTION: Action = Action::SweepDataMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let sql = Sql::new(
            "WITH taken AS (DELETE FROM inventory_count RETURNING *) \
             INSERT INTO inventory_count SELECT system_id, category, source_channel, state, sum(locations) FROM taken \
             GROUP BY system_id, category, source_channel, state HAVING sum(locations) <> 0",
        );
        w.execute(sql).await.map(drop)
    }
}

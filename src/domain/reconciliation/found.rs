//! What a system is found to hold is put aside, page by page.

use super::{keys::put_aside, lease::in_hand};
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    connector::sql::{Left, Somebody},
    domain::{catalog::Catalog, task::note_state},
    policy::{Action, Target},
};
use entity::{
    enums::SubjectKeyKind,
    ids::{CategoryKey, ReconciliationId},
    reconciliation, system,
};
use sea_orm::{ActiveEnum, EntityTrait};
use std::{collections::BTreeMap, sync::Arc};

/// Rows that one statement inserts.
const ROWS: usize = 1_000;

/// Puts a page aside.
#[derive(Clone, Debug)]
pub struct StageFound {
    pub catalog: Arc<Catalog>,
    pub id: ReconciliationId,
    pub lease: i64,
    /// What the table knows people by.
    pub known_by: SubjectKeyKind,
    pub found: Vec<Somebody>,
}

const fn number(left: Left) -> i32 {
    match left {
        Left::No => 0,
        Left::Perhaps => 1,
        Left::Certainly => 2,
    }
}

impl Command for StageFound {
    const ACTION: Action = Action::CompareMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        // Two addresses that differ in how they are written are one key.
        let mut all = BTreeMap::<(String, CategoryKey), (i32, i32)>::new();
        for one in &self.found {
            let key = put_aside(w, &self.catalog, self.known_by, &one.key);
            for trace in &one.traces {
                let left = all.entry((key.clone(), trace.category.clone())).or_default();
                *left = (left.0.max(number(trace.unerased)), left.1.max(number(trace.unmasked)));
            }
        }
        let all = all.into_iter().collect::<Vec<_>>();
        for some in all.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO reconciliation_found (reconciliation_id, reading, known_by, key, category, unerased, unmasked, \
                 seen) VALUES ",
            );
            for (at, ((key, category), (unerased, unmasked))) in some.iter().enumerate() {
                sql.push(if at == 0 { "(" } else { ", (" })
                    .bind(self.id.0)
                    .push(", ")
                    .bind(row.reading)
                    .push(", ");
                sql.bind(self.known_by.to_value()).push(", ").bind(key.clone()).push(", ");
                sql.bind(category.0.clone()).push(&format!(", {unerased}, {unmasked}, false)"));
            }
            // The same key in another table.
            sql.push(
                " ON CONFLICT (reconciliation_id, reading, known_by, key, category) DO UPDATE SET \
                 unerased = CASE WHEN excluded.unerased > reconciliation_found.unerased THEN excluded.unerased \
                 ELSE reconciliation_found.unerased END, \
                 unmasked = CASE WHEN excluded.unmasked > reconciliation_found.unmasked THEN excluded.unmasked \
                 ELSE reconciliation_found.unmasked END",
            );
            w.execute(sql).await?;
        }
        w.update::<reconciliation::Entity>(row).await.map(drop)
    }
}

/// Says that a system was read to the end.
#[derive(Clone, Copy, Debug)]
pub struct AllRead {
    pub id: ReconciliationId,
    pub lease: i64,
}

impl Command for AllRead {
    const ACTION: Action = Action::CompareMap;
    type Output = ();

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let row = in_hand(w, self.id, self.lease).await?;
        let system = w.one(system::Entity::find_by_id(row.system_id)).await?;
        let Some(system) = system.filter(|system| system.version == row.system_version) else {
            let message = "The system's settings were changed while it was read.";
            return Err(Refusal::new(Code::VersionConflict, message).into());
        };
        note_state(w, row.system_id, None).await?;
        let row = reconciliation::Model { read_at: Some(w.now()), read_by: system.connector, ..row };
        w.update::<reconciliation::Entity>(row).await.map(drop)
    }
}

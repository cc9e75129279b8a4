//! What a rectification is to put right elsewhere.

use super::{known_by::lines_of, sealed::unseal, settle::call_off};
use crate::{
    access::{Broken, Sql, Stop, Writer},
    connector::Correction,
};
use entity::{
    enums::{SealedKind, TaskAction},
    ids::{CategoryKey, CustomerId, DataLocationId, SystemId, TaskId},
    sealed, task,
    touch::Recorded,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What was wrong and what is right, by category. Sealed with the task, so that it says the same on each attempt.
pub(in crate::domain) type Corrections = BTreeMap<CategoryKey, Put>;

/// What may stand somewhere, and what is to. Neither is printed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::domain) struct Put {
    pub old: BTreeSet<String>,
    pub new: String,
}

/// A correction that nobody was told of yet.
pub(in crate::domain) struct Earlier {
    pub task: task::Model,
    pub lines: Vec<DataLocationId>,
    pub corrections: Corrections,
}

/// What is to be put right at these systems and nobody was told of yet. The tasks are called off: whoever asks has them done
/// by others.
pub(in crate::domain) async fn corrections_under_way(
    w: &Writer,
    customer: CustomerId,
    systems: &[SystemId],
) -> Result<Vec<Earlier>, Stop> {
    let mut sql = Sql::new("SELECT t.* FROM task t WHERE t.action = 'RECTIFY' AND t.finished_at IS NULL");
    sql.push(" AND t.state <> 'RUNNING' AND t.sent_at IS NULL AND t.customer_id = ").bind(customer.0);
    sql.push(" AND t.system_id IN ").list(systems.iter().map(|id| id.0)).push(" ORDER BY t.id");
    let tasks = w.rows(sql, task::Entity::touch).await?;
    let ids = tasks.iter().map(|task| task.id).collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let lines = lines_of(w, &ids).await?;
    let rows = sealed::Entity::find()
        .filter(sealed::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(sealed::Column::Kind.eq(SealedKind::Correction));
    let rows = w.all(rows).await?.into_iter().map(|row| (row.id, row)).collect::<HashMap<_, _>>();
    let mut under_way = Vec::new();
    for task in tasks {
        let theirs = lines.iter().filter(|line| line.task == task.id).map(|line| line.row.id).collect();
        let corrections = rows.get(&task.id.0).map(|row| unseal(w, row)).transpose()?.unwrap_or_default();
        under_way.push(Earlier { task: call_off(w, task).await?, lines: theirs, corrections });
    }
    Ok(under_way)
}

/// What these tasks are to put right, and those of which nobody can tell: it cannot be opened.
pub(super) async fn corrections(
    w: &Writer,
    tasks: &[task::Model],
) -> Result<(HashMap<TaskId, Vec<Correction>>, HashSet<TaskId>), Stop> {
    let rectify = tasks.iter().filter(|task| task.action == TaskAction::Rectify);
    let ids = rectify.map(|task| task.id.0).collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok((HashMap::new(), HashSet::new()));
    }
    let rows = sealed::Entity::find()
        .filter(sealed::Column::Id.is_in(ids))
        .filter(sealed::Column::Kind.eq(SealedKind::Correction));
    let (mut all, mut closed) = (HashMap::new(), HashSet::new());
    for row in w.all(rows).await? {
        let put = match unseal::<Corrections>(w, &row) {
            Ok(put) => put,
            Err(Stop::Broken(Broken::Sealed)) => {
                closed.insert(TaskId(row.id));
                continue;
            }
            Err(stop) => return Err(stop),
        };
        let correction = |(category, Put { old, new }): (CategoryKey, Put)| Correction {
            category,
            old: old.into_iter().map(SecretString::from).collect(),
            new: new.into(),
        };
        all.insert(TaskId(row.id), put.into_iter().map(correction).collect());
    }
    Ok((all, closed))
}

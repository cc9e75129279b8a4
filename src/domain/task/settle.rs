//! A task ends, with the evidence of what came of it, and the map says so in the same transaction.

use crate::access::{Sql, Stop, Writer};
use entity::{
    data_location,
    enums::{DataLocationState, TaskAction, TaskOutcome, TaskState},
    ids::CategoryKey,
    task, task_evidence,
};

/// What came of a task, and how that is known.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub outcome: TaskOutcome,
    pub evidence: task_evidence::Model,
}

/// Ends a disposal, whose customer and row are locked.
///
/// What is gone, or was not there, leaves tombstones. What its holder keeps, or cannot dispose of, stays on its way out on
/// the map: nobody is asked again, unless a service needs it once more and then does not.
///
/// # Errors
/// When the database fails.
pub(super) async fn finish(w: &Writer, row: task::Model, came: Came) -> Result<task::Model, Stop> {
    let gone = matches!(came.outcome, TaskOutcome::Done | TaskOutcome::NothingFound);
    let lines = lines_of(w, &row).await?;
    let categories = lines.iter().map(|line| line.category.clone()).collect::<Vec<CategoryKey>>();
    if gone {
        let state = match row.action {
            TaskAction::Anonymize => DataLocationState::Anonymized,
            _ => DataLocationState::Erased,
        };
        let mut sql = Sql::new("UPDATE data_location SET external_reference = NULL, state = ");
        sql.bind(state).push(", held_to = ").bind(w.now()).push(
            " WHERE held_to IS NULL AND state = 'DISPOSAL_PENDING' \
             AND id IN (SELECT x.data_location_id FROM task_location x WHERE x.task_id = ",
        );
        sql.bind(row.id.0).push(")");
        w.execute(sql).await?;
        w.changed(row.customer_id, &["dataLocations"]);
    }
    w.changed(row.customer_id, &["tasks"]);
    w.tells(row.customer_id, &categories);
    w.insert::<task_evidence::Entity>(came.evidence).await?;
    let ended = task::Model {
        state: if gone { TaskState::Succeeded } else { TaskState::Cancelled },
        outcome: Some(came.outcome),
        finished_at: Some(w.now()),
        ..row
    };
    w.update::<task::Entity>(ended).await
}

/// The lines that a task is about, those of them that are still there.
pub(super) async fn lines_of(w: &Writer, row: &task::Model) -> Result<Vec<data_location::Model>, Stop> {
    let mut sql = Sql::new(
        "SELECT l.* FROM task_location x JOIN data_location l ON l.id = x.data_location_id \
         WHERE l.held_to IS NULL AND x.task_id = ",
    );
    sql.bind(row.id.0).push(" ORDER BY l.id");
    w.numbers(sql).await
}

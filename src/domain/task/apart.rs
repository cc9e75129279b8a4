//! Whether what is to go can be told from what is to stay, by what a system knows the person by.

use super::{known_by::Line, settle::disposes};
use crate::access::{Sql, Stop, Writer};
use entity::{
    connector::Connector,
    data_location,
    enums::SubjectKeyKind,
    ids::{CategoryKey, SystemId, TaskId},
    task,
};
use std::collections::HashSet;

/// Of these tasks, those disposals that a connector would dispose of more by than is asked: it is told of a person and of
/// categories, and other data of the same category is to stay there. A retention rule may have ended for one invoice, and not
/// for the next.
pub(super) async fn not_apart(
    w: &Writer,
    (system, connector): (SystemId, &Connector),
    tasks: &[task::Model],
    lines: &[Line],
) -> Result<HashSet<TaskId>, Stop> {
    let disposals = tasks.iter().filter(|task| disposes(task)).collect::<Vec<_>>();
    if disposals.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = Sql::new(
        "SELECT l.* FROM data_location l WHERE l.held_to IS NULL AND l.state IN ('HELD', 'RESTRICTED')",
    );
    sql.push(" AND l.system_id = ").bind(system.0);
    sql.push(" AND l.customer_id IN ").list(disposals.iter().map(|task| task.customer_id.0));
    let staying = w.numbers::<data_location::Model>(sql).await?;
    let of = |task: TaskId| lines.iter().filter(move |line| line.task == task).map(|line| &line.row);
    let taken_along = |task: &task::Model, stays: &data_location::Model| {
        stays.customer_id == task.customer_id
            && of(task.id).any(|line| line.category == stays.category)
            && (!by_reference(connector, &stays.category)
                || of(task.id).any(|line| line.external_reference == stays.external_reference))
    };
    let entangled = disposals.into_iter().filter(|task| staying.iter().any(|stays| taken_along(task, stays)));
    Ok(entangled.map(|task| task.id).collect())
}

/// Whether data of a category is found by nothing but the record's own key.
fn by_reference(connector: &Connector, category: &CategoryKey) -> bool {
    let is_reference = |kind: SubjectKeyKind| kind == SubjectKeyKind::ExternalReference;
    match connector {
        Connector::Sql(sql) => sql
            .tables
            .iter()
            .filter(|table| table.columns.iter().any(|column| column.category == *category))
            .all(|table| is_reference(table.subject_key)),
        Connector::Http(http) => is_reference(http.subject_key),
        Connector::Email(email) => is_reference(email.subject_key),
        Connector::Manual(_) => true,
    }
}

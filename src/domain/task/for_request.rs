//! Which requests a task is done for. What several customers' requests, or a request and the end of a service, ask for is one
//! task at each system, and each request waits for it and tells of it.

use crate::{
    access::{Sql, Stop, Writer},
    domain::justification::{asks_for, in_scope},
};
use entity::{
    ids::{DataRequestId, TaskId},
    task,
    touch::Recorded,
};
use std::collections::BTreeSet;

/// Most values that one list of a statement takes.
const MOST: usize = 1_000;

/// What is opened for lines that a request asks to have erased, or that it took a reason from, is done for it as well, as long as
/// it is not answered or something is still done for it: what kept them when it was known who asks keeps them no longer.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn do_for_standing(w: &Writer, tasks: &[task::Model]) -> Result<(), Stop> {
    for some in tasks.chunks(MOST) {
        let mut sql = Sql::new(
            "INSERT INTO task_request (data_request_id, task_id, customer_id) SELECT DISTINCT q.id, n.task_id, q.customer_id \
             FROM task_location n JOIN data_location l ON l.id = n.data_location_id \
             JOIN data_request q ON q.customer_id = n.customer_id AND q.verified_at IS NOT NULL \
             AND q.rejected_at IS NULL AND q.withdrawn_at IS NULL WHERE n.task_id IN ",
        );
        sql.list(some.iter().map(|task| task.id.0));
        sql.push(" AND (").push(&asks_for("l")).push(" OR q.kind = 'OBJECTION' AND ").push(&in_scope("l"));
        sql.push(
            " AND EXISTS (SELECT 1 FROM task_location o JOIN task t ON t.id = o.task_id AND t.outcome = 'SUPERSEDED' \
             JOIN task_request y ON y.task_id = t.id AND y.data_request_id = q.id WHERE o.data_location_id = l.id)) \
             AND (q.reply_delivered_at IS NULL OR EXISTS (SELECT 1 FROM task_request y JOIN task w ON w.id = y.task_id \
             AND w.finished_at IS NULL WHERE y.data_request_id = q.id)) ON CONFLICT DO NOTHING",
        );
        w.execute(sql).await?;
    }
    Ok(())
}

/// Those open tasks `t` that meet a condition are done for this request as well from here on.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn do_for(
    w: &Writer,
    request: DataRequestId,
    condition: impl FnOnce(&mut Sql),
) -> Result<(), Stop> {
    let mut sql = Sql::new(
        "INSERT INTO task_request (data_request_id, task_id, customer_id) SELECT q.id, t.id, t.customer_id ",
    );
    sql.push("FROM data_request q JOIN task t ON t.customer_id = q.customer_id WHERE q.id = ")
        .bind(request.0);
    sql.push(" AND t.finished_at IS NULL AND ");
    condition(&mut sql);
    sql.push(" ON CONFLICT DO NOTHING");
    w.execute(sql).await.map(drop)
}

/// All that is done for a request, or was, in the order of that.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn done_for(
    w: &Writer,
    request: DataRequestId,
) -> Result<Vec<task::Model>, Stop> {
    let mut sql =
        Sql::new("SELECT t.* FROM task_request y JOIN task t ON t.id = y.task_id WHERE y.data_request_id = ");
    sql.bind(request.0).push(" ORDER BY t.id");
    w.rows(sql, task::Entity::touch).await
}

/// What was done for a request by tasks that others take the place of is done for it by those: by each that is about a line of
/// the former, of a category that the request is about. Corrections are taken over whole.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn carry_over(
    w: &Writer,
    former: &BTreeSet<TaskId>,
    tasks: impl Iterator<Item = TaskId>,
) -> Result<(), Stop> {
    let (former, tasks) = (former.iter().copied().collect::<Vec<_>>(), tasks.collect::<Vec<_>>());
    for former in former.chunks(MOST) {
        for tasks in tasks.chunks(MOST) {
            let mut sql = Sql::new(
                "INSERT INTO task_request (data_request_id, task_id, customer_id) SELECT DISTINCT q.id, n.task_id, q.customer_id \
                 FROM task_request y JOIN data_request q ON q.id = y.data_request_id \
                 JOIN task_location o ON o.task_id = y.task_id JOIN data_location l ON l.id = o.data_location_id \
                 JOIN task_location n ON n.data_location_id = l.id WHERE y.task_id IN ",
            );
            sql.list(former.iter().map(|id| id.0))
                .push(" AND n.task_id IN ")
                .list(tasks.iter().map(|id| id.0));
            sql.push(" AND (q.kind = 'RECTIFICATION' OR ")
                .push(&in_scope("l"))
                .push(") ON CONFLICT DO NOTHING");
            w.execute(sql).await?;
        }
    }
    Ok(())
}

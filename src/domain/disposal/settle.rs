//! One customer's map, after something about them has changed that asks for no plan.

use super::{
    Judged, carry_out, judged, judged_at,
    lines::{Where, theirs},
    open::carry_out_without,
};
use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        justification::{Facts, Ground},
        task::Why,
    },
};
use entity::{
    customer,
    enums::{CustomerStatus, DataLocationState, TaskCause},
    ids::DataLocationId,
};
use sea_orm::FromQueryResult;
use std::collections::HashMap;

/// Brings the map of a customer, who is locked, into the state that it should be in.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn settle(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
) -> Result<(), Stop> {
    settle_without(w, catalog, customer, &[]).await
}

/// The same, after these lines of theirs have left the map.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn settle_without(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
    gone: &[DataLocationId],
) -> Result<(), Stop> {
    let lines = judged(w, catalog, std::slice::from_ref(customer)).await?;
    carry_out_without(w, catalog, &lines, |_| Why::of(TaskCause::PeriodEnded), gone).await.map(drop)
}

/// Brings new lines of these customers, who are locked, into the state that they should be in. Back come the states of
/// those that changed.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn settle_lines(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
    new: &[DataLocationId],
    cause: TaskCause,
) -> Result<HashMap<DataLocationId, DataLocationState>, Stop> {
    if new.is_empty() {
        return Ok(HashMap::new());
    }
    let condition = |sql: &mut Sql| {
        sql.push("l.id IN ").list(new.iter().map(|id| id.0));
    };
    let lines = settle_among(w, catalog, customers, &condition, cause).await?;
    let changed = lines.iter().filter(|one| one.changes());
    Ok(changed.filter_map(|one| Some((one.line.id, one.verdict.state()?))).collect())
}

/// Brings the maps of these customers, who are locked, into the states that they should be in. Back comes how many lines are
/// on their way out by that.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn settle_all(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
    cause: TaskCause,
) -> Result<usize, Stop> {
    if customers.is_empty() {
        return Ok(0);
    }
    let condition = |sql: &mut Sql| {
        sql.push("l.customer_id IN ").list(customers.iter().map(|customer| customer.id.0));
        sql.push(" AND l.held_to IS NULL");
    };
    let lines = settle_among(w, catalog, customers, &condition, cause).await?;
    Ok(lines.iter().filter(|one| one.goes()).count())
}

/// Those of these customers' lines that a condition is true of, as they were judged and now are.
async fn settle_among(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
    among: Where<'_>,
    cause: TaskCause,
) -> Result<Vec<Judged>, Stop> {
    let lines = unsettled(w, catalog, customers, among).await?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let condition = |sql: &mut Sql| {
        sql.push("l.id IN ").list(lines.iter().map(|line| line.id.0));
    };
    let lines = judged_at(w, catalog, customers, Some(&condition)).await?;
    carry_out(w, catalog, &lines, |_| cause).await?;
    Ok(lines)
}

#[derive(FromQueryResult)]
struct Line {
    id: DataLocationId,
}

/// Of these lines, those that [`super::judge`] may find in another state than they are in. Most lines are held, and a live
/// service needs them, or nothing ever had a say in what becomes of them: those stay as they are, and need not be read.
async fn unsettled(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
    among: Where<'_>,
) -> Result<Vec<Line>, Stop> {
    let is_in_use = |row: &customer::Model| {
        row.disposed_as.is_none() && matches!(row.status, CustomerStatus::Active | CustomerStatus::Dormant)
    };
    // From these lines to what needs them, and no other way round: there are many subscriptions.
    let mut sql = Sql::new("WITH among AS MATERIALIZED (SELECT l.* FROM data_location l WHERE ");
    among(&mut sql);
    sql.push("), ");
    theirs(&mut sql, customers);
    sql.push(
        ", needed AS MATERIALIZED (SELECT l.id, max(CASE WHEN r.retired_at IS NULL THEN s.live ELSE 0 END) AS live \
         FROM among l JOIN theirs s ON s.customer_id = l.customer_id JOIN data_requirement r \
         ON r.category = l.category AND r.system_id = l.system_id AND r.service_id = s.service_id GROUP BY l.id) \
         SELECT l.id FROM among l LEFT JOIN needed n ON n.id = l.id WHERE l.state <> ",
    );
    sql.bind(DataLocationState::Held).push(" OR n.live = 0 OR (n.live IS NULL AND (");
    if let Some(own) = catalog.built_in_system() {
        sql.push("l.system_id = ").bind(own.id.0).push(" OR ");
    }
    Facts::new(catalog, w.now()).any(&mut sql, "l", &[Ground::Rule], true);
    sql.push(")) OR l.customer_id IN ");
    if customers.iter().all(is_in_use) {
        // What a customer has taken back, or asked for, may have a say in any of theirs.
        let theirs = || customers.iter().map(|customer| customer.id.0);
        sql.push("(SELECT x.customer_id FROM consent x WHERE x.ended_as = 'WITHDRAWN' AND x.customer_id IN ");
        sql.list(theirs()).push(
            " UNION ALL SELECT q.customer_id FROM data_request q WHERE q.verified_at IS NOT NULL AND q.customer_id IN ",
        );
        sql.list(theirs()).push(")");
    } else {
        sql.list(customers.iter().map(|customer| customer.id.0));
    }
    w.numbers(sql).await
}

//! One customer's map, after something about them has changed that asks for no plan.

use super::{carry_out, judged, judged_at, open::carry_out_without};
use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        justification::{Facts, Ground, asks_for},
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
    let new = unsettled(w, catalog, customers, new).await?;
    if new.is_empty() {
        return Ok(HashMap::new());
    }
    let condition = |sql: &mut Sql| {
        sql.push("l.id IN ").list(new.iter().map(|id| id.0));
    };
    let lines = judged_at(w, catalog, customers, Some(&condition)).await?;
    carry_out(w, catalog, &lines, |_| cause).await?;
    let changed = lines.iter().filter(|one| one.changes());
    Ok(changed.filter_map(|one| Some((one.line.id, one.verdict.state()?))).collect())
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
    new: &[DataLocationId],
) -> Result<Vec<DataLocationId>, Stop> {
    let is_in_use = |row: &customer::Model| {
        row.disposed_as.is_none() && matches!(row.status, CustomerStatus::Active | CustomerStatus::Dormant)
    };
    if !customers.iter().all(is_in_use) {
        return Ok(new.to_vec());
    }
    let facts = Facts::new(catalog, w.now());
    let mut sql = Sql::new("SELECT l.id FROM data_location l WHERE l.id IN ");
    sql.list(new.iter().map(|id| id.0)).push(" AND (l.state <> ").bind(DataLocationState::Held);
    if let Some(own) = catalog.built_in_system() {
        sql.push(" OR l.system_id = ").bind(own.id.0);
    }
    sql.push(" OR EXISTS (SELECT 1 FROM data_request q WHERE q.customer_id = l.customer_id AND ");
    sql.push(&asks_for("l")).push(") OR (");
    facts.any(&mut sql, "l", &[Ground::Live], false);
    sql.push(
        " AND (EXISTS (SELECT 1 FROM data_requirement r JOIN subscription s ON s.service_id = r.service_id \
         WHERE r.category = l.category AND r.system_id = l.system_id AND s.customer_id = l.customer_id) OR ",
    );
    facts.any(&mut sql, "l", &[Ground::Rule], true);
    sql.push(")))");
    Ok(w.numbers::<Line>(sql).await?.into_iter().map(|line| line.id).collect())
}

//! One customer's map, after something about them has changed that asks for no plan.

use super::{carry_out, judged, judged_at, open::carry_out_without};
use crate::{
    access::{Sql, Stop, Writer},
    domain::{catalog::Catalog, task::Why},
};
use entity::{
    customer,
    enums::{DataLocationState, TaskCause},
    ids::DataLocationId,
};
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
    let lines = judged_at(w, catalog, customers, Some(&condition)).await?;
    carry_out(w, catalog, &lines, |_| cause).await?;
    let changed = lines.iter().filter(|one| one.changes());
    Ok(changed.filter_map(|one| Some((one.line.id, one.verdict.state()?))).collect())
}

//! What belongs to each of several requests: the pauses of their clocks, and what they are limited to.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    policy::{Action, Target},
};
use entity::{
    data_request_category, data_request_pause,
    ids::{CategoryKey, DataRequestId},
    touch::Recorded,
};
use std::collections::HashMap;

/// The pauses of each of these requests, oldest first.
#[derive(Clone, Debug)]
pub struct PausesOfRequests(pub Vec<DataRequestId>);

impl Inquiry for PausesOfRequests {
    const ACTION: Action = Action::SeeDataRequests;
    type Output = HashMap<DataRequestId, Vec<data_request_pause::Model>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        pauses(r, &self.0).await
    }
}

pub(super) async fn pauses(
    r: &Reader,
    requests: &[DataRequestId],
) -> Result<HashMap<DataRequestId, Vec<data_request_pause::Model>>, Stop> {
    let mut sql = Sql::new("SELECT * FROM data_request_pause WHERE data_request_id IN ");
    sql.list(requests.iter().map(|id| id.0)).push(" ORDER BY data_request_id, id");
    let mut of = requests.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
    for row in r.rows(sql, data_request_pause::Entity::touch).await? {
        of.entry(row.data_request_id).or_default().push(row);
    }
    Ok(of)
}

/// What each of these requests is limited to; nothing: everything.
#[derive(Clone, Debug)]
pub struct CategoriesOfRequests(pub Vec<DataRequestId>);

impl Inquiry for CategoriesOfRequests {
    const ACTION: Action = Action::SeeDataRequests;
    type Output = HashMap<DataRequestId, Vec<CategoryKey>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        categories(r, &self.0).await
    }
}

pub(super) async fn categories(
    r: &Reader,
    requests: &[DataRequestId],
) -> Result<HashMap<DataRequestId, Vec<CategoryKey>>, Stop> {
    let mut sql = Sql::new("SELECT * FROM data_request_category WHERE data_request_id IN ");
    sql.list(requests.iter().map(|id| id.0)).push(" ORDER BY data_request_id, category");
    let mut of = requests.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
    for row in r.rows(sql, data_request_category::Entity::touch).await? {
        of.entry(row.data_request_id).or_default().push(row.category);
    }
    Ok(of)
}

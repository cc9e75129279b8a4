//! What belongs to each of several requests: the pauses of their clocks, what they are limited to, their plans and tasks.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::task::TaskFilter,
    policy::{Action, Target},
};
use entity::{
    data_request_category, data_request_pause, disposal_plan,
    ids::{CategoryKey, DataRequestId},
    task,
    touch::Recorded,
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
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

/// Which tasks of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TasksOfRequest(pub DataRequestId, pub TaskFilter);

/// The tasks of each of these requests, newest first. One has few: one for each system.
#[derive(Clone, Debug)]
pub struct TasksOfRequests {
    pub requests: Vec<DataRequestId>,
    pub filter: TaskFilter,
}

/// A task, and a request that it is done for.
struct DoneFor {
    request: DataRequestId,
    task: task::Model,
}

impl FromQueryResult for DoneFor {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let request = row.try_get(prefix, "request_id")?;
        Ok(Self { request, task: task::Model::from_query_result(row, prefix)? })
    }
}

impl Inquiry for TasksOfRequests {
    const ACTION: Action = Action::SeeTasks;
    type Output = HashMap<DataRequestId, Vec<task::Model>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT t.*, y.data_request_id AS request_id FROM task_request y JOIN task t ON t.id = y.task_id \
             WHERE y.data_request_id IN ",
        );
        sql.list(self.requests.iter().map(|id| id.0));
        self.filter.conditions(&mut sql, r.now());
        sql.push(" ORDER BY y.data_request_id, t.id DESC");
        let mut of = self.requests.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for DoneFor { request, task } in r.rows(sql, |row: &DoneFor| task::Entity::touch(&row.task)).await? {
            of.entry(request).or_default().push(task);
        }
        Ok(of)
    }
}

/// The plan that each of these requests was carried out by, of those that were.
#[derive(Clone, Debug)]
pub struct PlansOfRequests(pub Vec<DataRequestId>);

impl Inquiry for PlansOfRequests {
    const ACTION: Action = Action::SeePlans;
    type Output = HashMap<DataRequestId, disposal_plan::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT * FROM disposal_plan WHERE cause = 'DATA_REQUEST' AND executed_at IS NOT NULL AND subject_id IN ",
        );
        sql.list(self.0.iter().map(|id| id.0));
        let plans = r.rows(sql, disposal_plan::Entity::touch).await?;
        Ok(plans.into_iter().map(|plan| (DataRequestId(plan.subject_id), plan)).collect())
    }
}

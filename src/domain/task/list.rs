//! Tasks, filtered: all of them in one of several orders, and those of each of several customers.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::{PagesOf, foreign_cursor},
        page::{Page, PageRequest},
        people,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{TaskAction, TaskCause, TaskOutcome, TaskState},
    ids::{CustomerId, DataRequestId, JobId, SystemId},
    task,
    touch::Recorded,
};
use sea_orm::{ActiveEnum, FromQueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// Which tasks: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskFilter {
    pub actions: Option<Vec<TaskAction>>,
    pub states: Option<Vec<TaskState>>,
    pub outcomes: Option<Vec<TaskOutcome>>,
    pub causes: Option<Vec<TaskCause>>,
    pub systems: Option<Vec<SystemId>>,
    /// Those of these systems, whose third parties were asked for.
    pub systems_of_third_parties: Option<Vec<SystemId>>,
    pub customer: Option<CustomerId>,
    pub request: Option<DataRequestId>,
    pub job: Option<JobId>,
    /// Open and past its date; or not.
    pub overdue: Option<bool>,
}

/// What tasks are ordered by. Equal ones are ordered by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskOrder {
    DueAtAsc,
    DueAtDesc,
    CreatedAtAsc,
    CreatedAtDesc,
}

impl TaskOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::DueAtAsc | Self::DueAtDesc => "due_at",
            Self::CreatedAtAsc | Self::CreatedAtDesc => "created_at",
        }
    }

    const fn descends(self) -> bool {
        matches!(self, Self::DueAtDesc | Self::CreatedAtDesc)
    }

    /// The keys that a cursor needs to find its place again.
    fn keys(self, row: &task::Model) -> Vec<String> {
        let moment = match self {
            Self::DueAtAsc | Self::DueAtDesc => row.due_at,
            Self::CreatedAtAsc | Self::CreatedAtDesc => row.created_at,
        };
        vec![moment.to_rfc3339_opts(SecondsFormat::Micros, true), row.id.to_string()]
    }
}

/// A cursor's keys as values of the columns; `None` when they are not of such a list.
fn values(keys: &[String]) -> Option<(DateTime<Utc>, Uuid)> {
    let [moment, id] = keys else { return None };
    Some((DateTime::parse_from_rfc3339(moment).ok()?.with_timezone(&Utc), id.parse().ok()?))
}

impl TaskFilter {
    pub(in crate::domain) fn conditions(&self, sql: &mut Sql, now: DateTime<Utc>) {
        if let Some(actions) = &self.actions {
            sql.push(" AND t.action IN ").list(actions.iter().map(ActiveEnum::to_value));
        }
        if let Some(states) = &self.states {
            sql.push(" AND t.state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if let Some(outcomes) = &self.outcomes {
            sql.push(" AND t.outcome IN ").list(outcomes.iter().map(ActiveEnum::to_value));
        }
        if let Some(causes) = &self.causes {
            sql.push(" AND t.cause IN ").list(causes.iter().map(ActiveEnum::to_value));
        }
        for systems in [&self.systems, &self.systems_of_third_parties].into_iter().flatten() {
            sql.push(" AND t.system_id IN ").list(systems.iter().map(|id| id.0));
        }
        if let Some(customer) = self.customer {
            sql.push(" AND t.customer_id = ").bind(customer.0);
        }
        if let Some(request) = self.request {
            sql.push(" AND t.id IN (SELECT y.task_id FROM task_request y WHERE y.data_request_id = ");
            sql.bind(request.0).push(")");
        }
        if let Some(job) = self.job {
            // What was on its way already is not asked for again.
            sql.push(" AND (t.job_id = ").bind(job.0).push(" OR (t.finished_at IS NULL AND t.action IN ('ERASE', 'ANONYMIZE') \
                AND EXISTS (SELECT 1 FROM job_customer j WHERE j.customer_id = t.customer_id AND j.state = 'DONE' AND j.job_id = ");
            sql.bind(job.0).push(")))");
        }
        match self.overdue {
            Some(true) => sql.push(" AND t.finished_at IS NULL AND t.due_at < ").bind(now),
            Some(false) => sql.push(" AND (t.finished_at IS NOT NULL OR t.due_at >= ").bind(now).push(")"),
            None => sql,
        };
    }
}

/// A page of the tasks that a filter lets through.
#[derive(Clone, Debug)]
pub struct ListTasks {
    pub filter: TaskFilter,
    pub order: TaskOrder,
    pub page: PageRequest,
}

impl Inquiry for ListTasks {
    const ACTION: Action = Action::ListTasks;
    const SEARCH: bool = true;
    type Output = Page<task::Model>;

    fn target(&self) -> Target {
        self.filter.customer.map_or_else(Target::none, Target::customer)
    }

    async fn run(self, r: &Reader) -> Result<Page<task::Model>, Stop> {
        let now = r.now();
        let column = self.order.column();
        let mut sql = Sql::new("SELECT t.* FROM task t WHERE true");
        self.filter.conditions(&mut sql, now);
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let (moment, id) = values(keys).ok_or_else(|| foreign_cursor(argument))?;
                let comparison = if (argument == "after") == self.order.descends() { "<" } else { ">" };
                sql.push(&format!(" AND (t.{column}, t.id) {comparison} ("));
                sql.bind(moment).push(", ").bind(id).push(")");
            }
        }
        let direction = if self.order.descends() == self.page.backward { "" } else { " DESC" };
        sql.push(&format!(" ORDER BY t.{column}{direction}, t.id{direction}"));
        let (rows, more) = r.some(sql, self.page.limit, task::Entity::touch).await?;
        if let Some(customer) = self.filter.customer {
            // That there is none is told as well.
            r.tells(customer, &[]);
        }
        let total = self.count(r, now).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| self.order.keys(row), total))
    }
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

impl ListTasks {
    /// How many tasks there are, when that is asked for. A number that is about a few customers has them on record.
    async fn count(&self, r: &Reader, now: DateTime<Utc>) -> Result<Option<u64>, Stop> {
        if !self.page.count && self.page.limit > 0 {
            return Ok(None);
        }
        let whose = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT t.customer_id FROM task t WHERE true");
            self.filter.conditions(sql, now);
        };
        people::few(r, &whose, &[]).await?;
        if !self.page.count {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT count(*) AS total FROM task t WHERE true");
        self.filter.conditions(&mut sql, now);
        let total =
            r.numbers::<Total>(sql).await?.pop().map(|row| u64::try_from(row.total).unwrap_or_default());
        Ok(total)
    }
}

/// Which tasks about a customer, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TasksOf {
    pub filter: TaskFilter,
    pub page: PageRequest,
}

/// The same page of each customer's tasks.
#[derive(Clone, Debug)]
pub struct TasksOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: TasksOf,
}

impl Inquiry for TasksOfCustomers {
    const ACTION: Action = Action::SeeTasks;
    type Output = HashMap<CustomerId, Page<task::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let now = r.now();
        PagesOf {
            table: "task",
            beside: None,
            customers: &self.customers,
            page: &self.of.page,
            condition: &|sql: &mut Sql| self.of.filter.conditions(sql, now),
            touch: task::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

//! Tasks by id, and what each is about.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
};
use entity::{
    data_location,
    ids::{CategoryKey, CustomerId, TaskId},
    task,
    touch::{Recorded, Touch},
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use std::collections::HashMap;

/// Those of these tasks that there are.
#[derive(Clone, Debug)]
pub struct TasksByIds(pub Vec<TaskId>);

impl Inquiry for TasksByIds {
    const ACTION: Action = Action::SeeTasks;
    type Output = Vec<task::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<task::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM task WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, task::Entity::touch).await
    }
}

/// The categories that a task is about, sorted.
pub type TaskParts = Vec<CategoryKey>;

/// The categories of each of these tasks.
#[derive(Clone, Debug)]
pub struct PartsOfTasks(pub Vec<TaskId>);

#[derive(FromQueryResult)]
struct Part {
    task_id: TaskId,
    customer_id: CustomerId,
    category: CategoryKey,
}

impl Inquiry for PartsOfTasks {
    const ACTION: Action = Action::SeeTasks;
    type Output = HashMap<TaskId, TaskParts>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT DISTINCT x.task_id, x.customer_id, l.category FROM task_location x \
             JOIN data_location l ON l.id = x.data_location_id WHERE x.task_id IN ",
        );
        sql.list(self.0.iter().map(|id| id.0)).push(" ORDER BY 1, 3");
        let touch = |row: &Part| Touch::of(row.customer_id).category(row.category.clone());
        let mut of = self.0.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for row in r.rows(sql, touch).await? {
            of.entry(row.task_id).or_default().push(row.category);
        }
        Ok(of)
    }
}

/// The same page of the lines that each of several tasks is about, by id.
#[derive(Clone, Debug)]
pub struct LinesOfTasks {
    pub tasks: Vec<TaskId>,
    pub page: PageRequest,
}

/// A line, the task that it is of, and its place there.
struct Placed {
    line: data_location::Model,
    task: TaskId,
    place: i64,
}

impl FromQueryResult for Placed {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let line = data_location::Model::from_query_result(result, prefix)?;
        Ok(Self { line, task: result.try_get(prefix, "of_task")?, place: result.try_get(prefix, "place")? })
    }
}

#[derive(FromQueryResult)]
struct Total {
    task_id: TaskId,
    total: i64,
}

impl Inquiry for LinesOfTasks {
    const ACTION: Action = Action::SeeDataMap;
    const SNAPSHOT: bool = true;
    type Output = HashMap<TaskId, Page<data_location::Model>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let page = &self.page;
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
        let direction = if page.backward { " DESC" } else { "" };
        let mut sql = Sql::new(&format!(
            "SELECT * FROM (SELECT l.*, x.task_id AS of_task, \
             row_number() OVER (PARTITION BY x.task_id ORDER BY l.id{direction}) AS place \
             FROM task_location x JOIN data_location l ON l.id = x.data_location_id WHERE x.task_id IN "
        ));
        sql.list(self.tasks.iter().map(|id| id.0));
        for (argument, keys, comparison) in
            [("after", &page.after, " AND l.id > "), ("before", &page.before, " AND l.id < ")]
        {
            if let Some(keys) = keys {
                sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
            }
        }
        sql.push(") placed WHERE place <= ").bind(limit + 1).push(" ORDER BY of_task, place");
        let touch = |row: &Placed| {
            if row.place > limit { Touch::nobody() } else { data_location::Entity::touch(&row.line) }
        };
        let mut of = self.tasks.iter().map(|id| (*id, (Vec::new(), false))).collect::<HashMap<_, _>>();
        for row in r.rows(sql, touch).await? {
            let (lines, more) = of.entry(row.task).or_default();
            if row.place > limit {
                *more = true;
            } else {
                lines.push(row.line);
            }
        }
        let mut totals = HashMap::new();
        if page.count {
            let mut sql = Sql::new("SELECT task_id, count(*) AS total FROM task_location WHERE task_id IN ");
            sql.list(self.tasks.iter().map(|id| id.0)).push(" GROUP BY task_id");
            totals = r.numbers::<Total>(sql).await?.into_iter().map(|row| (row.task_id, row.total)).collect();
        }
        let page_of = |(task, (lines, more)): (TaskId, (Vec<data_location::Model>, bool))| {
            let total =
                page.count.then(|| totals.get(&task).map_or(0, |total| u64::try_from(*total).unwrap_or(0)));
            (task, Page::fetched(page, lines, more, |row| vec![row.id.to_string()], total))
        };
        Ok(of.into_iter().map(page_of).collect())
    }
}

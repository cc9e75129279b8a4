//! Bulk work, by id and filtered, and whom it could not be done with.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
};
use entity::{
    enums::JobState,
    ids::JobId,
    job, job_failure,
    touch::{Recorded, Touch},
};
use sea_orm::{ActiveEnum, FromQueryResult};

/// Those of these that there are.
#[derive(Clone, Debug)]
pub struct JobsByIds(pub Vec<JobId>);

impl Inquiry for JobsByIds {
    const ACTION: Action = Action::SeeJobs;
    type Output = Vec<job::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<job::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM job WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, job::Entity::touch).await
    }
}

/// Which work: every condition given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    pub states: Option<Vec<JobState>>,
    pub dry_run: Option<bool>,
    /// The caller's own of this key.
    pub idempotency_key: Option<String>,
}

impl JobFilter {
    fn conditions(&self, sql: &mut Sql, actor: String) {
        if let Some(states) = &self.states {
            sql.push(" AND state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if let Some(dry_run) = self.dry_run {
            sql.push(" AND dry_run = ").bind(dry_run);
        }
        if let Some(key) = &self.idempotency_key {
            sql.push(" AND requested_by = ").bind(actor).push(" AND idempotency_key = ").bind(key.clone());
        }
    }
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

/// Adds where a page begins, and its order; newest first unless it is told otherwise.
fn place(sql: &mut Sql, page: &PageRequest, newest_first: bool) -> Result<(), Stop> {
    for (argument, keys) in [("after", &page.after), ("before", &page.before)] {
        if let Some(keys) = keys {
            let id = cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?;
            sql.push(if (argument == "after") == newest_first { " AND id < " } else { " AND id > " });
            sql.bind(id);
        }
    }
    sql.push(if newest_first == page.backward { " ORDER BY id" } else { " ORDER BY id DESC" });
    Ok(())
}

async fn total(r: &Reader, sql: Sql) -> Result<Option<u64>, Stop> {
    let counted = r.numbers::<Total>(sql).await?.pop().map_or(0, |row| row.total);
    Ok(u64::try_from(counted).ok())
}

/// A page of all work, newest first.
#[derive(Clone, Debug)]
pub struct ListJobs {
    pub filter: JobFilter,
    pub page: PageRequest,
}

impl Inquiry for ListJobs {
    const ACTION: Action = Action::SeeJobs;
    const SNAPSHOT: bool = true;
    type Output = Page<job::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Page<job::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM job WHERE true");
        self.filter.conditions(&mut sql, r.caller().actor.id());
        place(&mut sql, &self.page, true)?;
        let (rows, more) = r.some(sql, self.page.limit, |_: &job::Model| Touch::nobody()).await?;
        let counted = if self.page.count {
            let mut sql = Sql::new("SELECT count(*) AS total FROM job WHERE true");
            self.filter.conditions(&mut sql, r.caller().actor.id());
            total(r, sql).await?
        } else {
            None
        };
        Ok(Page::fetched(&self.page, rows, more, |row| vec![row.id.to_string()], counted))
    }
}

/// A page of those whom a job could not be done with, in the order in which that was found.
#[derive(Clone, Debug)]
pub struct FailuresOf {
    pub job: JobId,
    pub page: PageRequest,
}

impl Inquiry for FailuresOf {
    const ACTION: Action = Action::SeeJobFailures;
    const SNAPSHOT: bool = true;
    type Output = Page<job_failure::Model>;

    fn target(&self) -> Target {
        Target::thing(self.job)
    }

    async fn run(self, r: &Reader) -> Result<Page<job_failure::Model>, Stop> {
        let of = |begin: &str| {
            let mut sql = Sql::new(begin);
            sql.push(" FROM job_failure WHERE job_id = ").bind(self.job.0);
            sql
        };
        let mut sql = of("SELECT *");
        place(&mut sql, &self.page, false)?;
        let (rows, more) = r.some(sql, self.page.limit, job_failure::Entity::touch).await?;
        let counted = if self.page.count { total(r, of("SELECT count(*) AS total")).await? } else { None };
        Ok(Page::fetched(&self.page, rows, more, |row| vec![row.id.to_string()], counted))
    }
}

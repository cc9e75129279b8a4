//! Bulk work, by id and filtered, and whom it could not be done with.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        by_id::ById,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    enums::JobState,
    ids::JobId,
    job, job_failure,
    touch::{Recorded, Touch},
};
use sea_orm::ActiveEnum;

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
    fn conditions(&self, sql: &mut Sql, actor: &str) {
        if let Some(states) = &self.states {
            sql.push(" AND state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if let Some(dry_run) = self.dry_run {
            sql.push(" AND dry_run = ").bind(dry_run);
        }
        if let Some(key) = &self.idempotency_key {
            sql.push(" AND requested_by = ")
                .bind(actor.to_owned())
                .push(" AND idempotency_key = ")
                .bind(key.clone());
        }
    }
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
        let actor = r.caller().actor.id();
        let list = ById {
            table: "job",
            called: "t",
            newest_first: true,
            condition: &|sql: &mut Sql| self.filter.conditions(sql, &actor),
            page: &self.page,
        };
        let (rows, more, total) = list.fetch(r, |_: &job::Model| Touch::nobody()).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| vec![row.id.to_string()], total))
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
        let list = ById {
            table: "job_failure",
            called: "t",
            newest_first: false,
            condition: &|sql: &mut Sql| {
                sql.push(" AND t.job_id = ").bind(self.job.0);
            },
            page: &self.page,
        };
        let (rows, more, total) = list.fetch(r, job_failure::Entity::touch).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| vec![row.id.to_string()], total))
    }
}

//! Questions about bulk work.

use super::types::{Job, JobConnection, JobFilter};
use crate::{
    domain::job::{JobsByIds, ListJobs},
    graphql::{connection::Arguments, context::access, error::OrError, node::id_or_nobody},
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result};

#[derive(Default)]
pub struct JobQuery;

#[Object]
impl JobQuery {
    /// One bulk job.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn job(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Job>> {
        Ok(access(ctx).read(JobsByIds(vec![id_or_nobody(&id)])).await.or_error()?.pop().map(Job))
    }

    /// All bulk jobs, newest first.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<JobFilter>,
    ) -> Result<JobConnection> {
        const LIST: &str = "jobs";
        access(ctx).require(Action::SeeJobs).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain();
        let page = access(ctx).read(ListJobs { filter, page }).await.or_error()?;
        Ok(JobConnection::new(LIST, page.map(Job)))
    }
}

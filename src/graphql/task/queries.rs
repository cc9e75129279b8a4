//! Questions about tasks.

use super::types::{Task, TaskConnection, TaskFilter};
use crate::{
    domain::task::{self, ListTasks, TasksByIds},
    graphql::{connection::Arguments, context::access, error::OrError, node::id_or_nobody},
    policy::Action,
};
use async_graphql::{Context, Enum, ID, Object, Result};

#[derive(Default)]
pub struct TaskQuery;

/// Those with the same are ordered by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "task::TaskOrder")]
pub enum TaskOrder {
    DueAtAsc,
    DueAtDesc,
    CreatedAtAsc,
    CreatedAtDesc,
}

#[Object]
impl TaskQuery {
    /// One task.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn task(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Task>> {
        let access = access(ctx);
        access.require(Action::ListTasks).await.or_error()?;
        Ok(access.read(TasksByIds(vec![id_or_nobody(&id)])).await.or_error()?.pop().map(Task))
    }

    /// All work at systems and third parties.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TaskFilter>,
        #[graphql(default_with = "TaskOrder::DueAtAsc")] order_by: TaskOrder,
    ) -> Result<TaskConnection> {
        access(ctx).require(Action::ListTasks).await.or_error()?;
        let list = format!("tasks {order_by:?}");
        let page = Arguments { first, after, last, before }.request(ctx, &list)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let inquiry = ListTasks { filter, order: order_by.into(), page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        Ok(TaskConnection::new(&list, page.map(Task)))
    }
}

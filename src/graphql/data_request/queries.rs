//! Questions about requests.

use super::types::{DataRequest, DataRequestConnection, DataRequestFilter, DataRequestOrder};
use crate::{
    domain::data_request::{ListDataRequests, RequestsByIds},
    graphql::{connection::Arguments, context::access, error::OrError, node::id_or_nobody},
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result};

#[derive(Default)]
pub struct DataRequestQuery;

#[Object]
impl DataRequestQuery {
    /// One data-subject request.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR; CUSTOMER (their own).
    async fn data_request(&self, ctx: &Context<'_>, id: ID) -> Result<Option<DataRequest>> {
        let found = access(ctx).read(RequestsByIds(vec![id_or_nobody(&id)])).await.or_hidden()?;
        Ok(found.and_then(|mut all| all.pop()).map(DataRequest))
    }

    /// All data-subject requests.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR.
    async fn data_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<DataRequestFilter>,
        #[graphql(default_with = "DataRequestOrder::DueAtAsc")] order_by: DataRequestOrder,
    ) -> Result<DataRequestConnection> {
        access(ctx).require(Action::ListDataRequests).await.or_error()?;
        let list = format!("dataRequests {order_by:?}");
        let page = Arguments { first, after, last, before }.request(ctx, &list)?;
        let filter = filter.unwrap_or_default().into();
        let inquiry = ListDataRequests { filter, order: order_by.into(), page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        Ok(DataRequestConnection::new(&list, page.map(DataRequest)))
    }
}

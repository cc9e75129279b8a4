//! Questions to the register of breaches.

use super::types::{Incident, IncidentConnection, IncidentFilter};
use crate::{
    domain::incident::{IncidentsByIds, ListIncidents},
    graphql::{connection::Arguments, context::access, error::OrError, node::id_or_nobody},
    policy::Action,
};
use async_graphql::{Context, ID, Object, Result};

#[derive(Default)]
pub struct IncidentQuery;

#[Object]
impl IncidentQuery {
    /// One incident.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn incident(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Incident>> {
        let found = access(ctx).read(IncidentsByIds(vec![id_or_nobody(&id)])).await.or_error()?.pop();
        Ok(found.map(Incident))
    }

    /// The register of personal-data breaches (Art. 33(5)), newest first.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<IncidentFilter>,
    ) -> Result<IncidentConnection> {
        const LIST: &str = "incidents";
        access(ctx).require(Action::SeeIncidents).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let page = access(ctx).read(ListIncidents { filter, page }).await.or_error()?;
        Ok(IncidentConnection::new(LIST, page.map(Incident)))
    }
}

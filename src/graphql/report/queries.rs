//! Questions about reports.

use super::{
    enums::{ReportKind, ReportState},
    types::{Report, ReportConnection},
};
use crate::{
    domain::report::{self, ListReports, ReportsByIds},
    graphql::{connection::Arguments, context::access, error::OrError, node::id_or_nobody},
    policy::Action,
};
use async_graphql::{Context, ID, InputObject, Object, Result};

#[derive(Default)]
pub struct ReportQuery;

#[derive(Debug, Default, InputObject)]
pub struct ReportFilter {
    kinds: Option<Vec<ReportKind>>,
    states: Option<Vec<ReportState>>,
    /// true: only those that the caller asked for.
    #[graphql(default)]
    mine: bool,
    /// The one that this file was, by its SHA-256 in hex, or by that of what it says.
    sha256: Option<String>,
}

impl ReportFilter {
    fn into_domain(self) -> report::ReportFilter {
        report::ReportFilter {
            kinds: self.kinds.map(|all| all.into_iter().map(Into::into).collect()),
            states: self.states.map(|all| all.into_iter().map(Into::into).collect()),
            own: self.mine,
            sha256: self.sha256,
        }
    }
}

#[Object]
impl ReportQuery {
    /// One report.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn report(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Report>> {
        Ok(access(ctx).read(ReportsByIds(vec![id_or_nobody(&id)])).await.or_error()?.pop().map(Report))
    }

    /// All reports that were ever asked for, newest first.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn reports(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ReportFilter>,
    ) -> Result<ReportConnection> {
        const LIST: &str = "reports";
        access(ctx).require(Action::SeeReports).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain();
        let page = access(ctx).read(ListReports { filter, page }).await.or_error()?;
        Ok(ReportConnection::new(LIST, page.map(Report)))
    }
}

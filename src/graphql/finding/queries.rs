//! What is wrong right now.

use super::types::{Finding, FindingConnection, FindingFilter};
use crate::{
    domain::{
        finding::{self, ListFindings, Subject},
        page::Page,
    },
    graphql::{
        connection::Arguments,
        context::{access, catalog, loaders},
        error::OrError,
        loaders::{Batch, One},
    },
    policy::Action,
};
use async_graphql::{
    Context, Enum, Object, Result,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use std::{collections::BTreeSet, hash::Hash};

#[derive(Default)]
pub struct FindingQuery;

/// Of those that are as severe, what has lasted longest counts as more severe. Those with the same are ordered by kind
/// and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "finding::FindingOrder")]
pub enum FindingOrder {
    SeverityAsc,
    SeverityDesc,
    SinceAsc,
    SinceDesc,
}

#[Object]
impl FindingQuery {
    /// All that is wrong right now, worked out while you wait. What is about no customer in particular is left out when
    /// the filter names one, and what is in no place in particular when it names places.
    ///
    /// Requires: COMPLIANCE, AUDITOR.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<FindingFilter>,
        #[graphql(default_with = "FindingOrder::SeverityDesc")] order_by: FindingOrder,
    ) -> Result<FindingConnection> {
        access(ctx).require(Action::ListFindings).await.or_error()?;
        let list = format!("findings {order_by:?}");
        let page = Arguments { first, after, last, before }.request(ctx, &list)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let inquiry = ListFindings { catalog: catalog(ctx), filter, order: order_by.into(), page };
        let page = access(ctx).read(inquiry).await.or_error()?;
        preload(ctx, &page).await?;
        Ok(FindingConnection::new(&list, page.map(Finding)))
    }
}

/// What every entry of the page is going to show is loaded for all of them at once: left to themselves, the entries of a
/// large page ask one batch after the other.
async fn preload(ctx: &Context<'_>, page: &Page<finding::Finding>) -> Result<()> {
    let ahead = ctx.look_ahead();
    let nodes = [ahead.field("nodes"), ahead.field("edges").field("node")];
    let shows = |field: &str| nodes.iter().any(|node| node.field(field).exists());
    let (batch, rows) = (&loaders(ctx).batch, page.entries.iter().map(|(_, row)| row));
    if shows("subject") {
        let (mut lines, mut holds, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        let (mut requests, mut differences, mut incidents) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows.clone() {
            match row.subject {
                Subject::DataLocation(id) => lines.push(One(id)),
                Subject::LegalHold(id) => holds.push(One(id)),
                Subject::Task(id) => tasks.push(One(id)),
                Subject::DataRequest(id) => requests.push(One(id)),
                Subject::Difference(id) => differences.push(One(id)),
                Subject::Incident(id) => incidents.push(id),
                // At most three of them.
                Subject::AuditEvent(_)
                | Subject::ThirdParty(_)
                | Subject::System(_)
                | Subject::DataRequirement(_) => {}
            }
        }
        load(batch, lines).await?;
        load(batch, holds).await?;
        load(batch, tasks).await?;
        load(batch, requests).await?;
        load(batch, differences).await?;
        load(batch, incidents).await?;
    }
    if shows("acknowledgement") {
        load(batch, rows.clone().map(|row| (row.kind, row.subject.id())).collect()).await?;
    }
    if shows("customer") {
        let customers = rows.filter_map(|row| row.customer).collect::<BTreeSet<_>>();
        load(batch, customers.into_iter().collect()).await?;
    }
    Ok(())
}

async fn load<K>(batch: &DataLoader<Batch, HashMapCache>, keys: Vec<K>) -> Result<()>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batch: Loader<K, Error = std::sync::Arc<crate::access::Stop>>,
{
    if keys.is_empty() { Ok(()) } else { batch.load_many(keys).await.or_error().map(drop) }
}

//! Questions about third parties.

use super::{ThirdParty, ThirdPartyConnection};
use crate::{
    graphql::{
        connection::{Arguments, page_of},
        context::{access, catalog},
        enums::{ThirdPartyRole, TrustStatus},
        error::OrError,
        node::id_of,
        scalars::Date,
        system::by_review_due,
    },
    policy::Action,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use entity::{ids::ThirdPartyId, third_party};
use std::{cmp::Ordering, sync::Arc};

#[derive(Default)]
pub struct ThirdPartyQuery;

#[derive(Debug, Default, InputObject)]
pub struct ThirdPartyFilter {
    /// All but RETIRED unless told.
    statuses: Option<Vec<TrustStatus>>,
    roles: Option<Vec<ThirdPartyRole>>,
    kinds: Option<Vec<String>>,
    /// ISO 3166-1 alpha-2.
    countries: Option<Vec<String>>,
    review_due_before: Option<Date>,
}

impl ThirdPartyFilter {
    fn lets_through(&self, row: &third_party::Model) -> bool {
        let status = TrustStatus::from(row.status);
        self.statuses.as_ref().map_or(status != TrustStatus::Retired, |any| any.contains(&status))
            && self.roles.as_ref().is_none_or(|any| any.contains(&row.role.into()))
            && self.kinds.as_ref().is_none_or(|any| any.contains(&row.kind))
            && self.countries.as_ref().is_none_or(|any| any.contains(&row.country))
            && self.review_due_before.is_none_or(|day| row.review_due.is_some_and(|due| due < day.0))
    }
}

/// Those without a review date come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ThirdPartyOrder {
    NameAsc,
    NameDesc,
    ReviewDueAsc,
    ReviewDueDesc,
}

impl ThirdPartyOrder {
    fn compare(self, a: &third_party::Model, b: &third_party::Model) -> Ordering {
        let order = match self {
            Self::NameAsc => a.name.cmp(&b.name),
            Self::NameDesc => b.name.cmp(&a.name),
            Self::ReviewDueAsc => by_review_due(a.review_due, b.review_due, false),
            Self::ReviewDueDesc => by_review_due(a.review_due, b.review_due, true),
        };
        order.then(a.id.cmp(&b.id))
    }
}

#[Object]
impl ThirdPartyQuery {
    /// One third party.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn third_party(&self, ctx: &Context<'_>, id: ID) -> Result<Option<ThirdParty>> {
        access(ctx).permit(Action::SeeThirdParties).await.or_error()?;
        let found = id_of::<ThirdPartyId>(&id).and_then(|id| catalog(ctx).third_parties.get(&id).cloned());
        Ok(found.map(ThirdParty))
    }

    /// All third parties that data may go to.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn third_parties(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ThirdPartyFilter>,
        #[graphql(default_with = "ThirdPartyOrder::NameAsc")] order_by: ThirdPartyOrder,
    ) -> Result<ThirdPartyConnection> {
        access(ctx).require(Action::SeeThirdParties).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "thirdParties")?;
        access(ctx).permit(Action::SeeThirdParties).await.or_error()?;
        let filter = filter.unwrap_or_default();
        let catalog = catalog(ctx);
        let shown = catalog.third_parties.values().filter(|row| filter.lets_through(row));
        let mut list = shown.cloned().collect::<Vec<_>>();
        list.sort_by(|a, b| order_by.compare(a, b));
        let page = page_of(&page, list, |row: &Arc<third_party::Model>| vec![row.id.to_string()])?;
        Ok(ThirdPartyConnection::new("thirdParties", page.map(ThirdParty)))
    }
}

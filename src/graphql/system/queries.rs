//! Questions about systems.

use super::{System, SystemConnection};
use crate::{
    graphql::{
        connection::{Arguments, page_of},
        context::{access, catalog},
        error::OrError,
        named,
        node::id_of,
        scalars::Date,
    },
    policy::Action,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use entity::{
    ids::{SystemId, ThirdPartyId},
    system,
};
use std::{cmp::Ordering, sync::Arc};

#[derive(Default)]
pub struct SystemQuery;

#[derive(Debug, Default, InputObject)]
pub struct SystemFilter {
    /// true: only in-house; false: only at third parties.
    in_house: Option<bool>,
    third_party_id: Option<ID>,
    /// ISO 3166-1 alpha-2.
    countries: Option<Vec<String>>,
    review_due_before: Option<Date>,
    #[graphql(default)]
    include_retired: bool,
}

/// Those without a review date come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SystemOrder {
    NameAsc,
    NameDesc,
    ReviewDueAsc,
    ReviewDueDesc,
}

impl SystemFilter {
    /// Whether a row passes; `third_party` is whom the filter names.
    fn lets_through(&self, row: &system::Model, third_party: Option<ThirdPartyId>) -> bool {
        (self.include_retired || row.retired_at.is_none())
            && self.in_house.is_none_or(|in_house| row.third_party_id.is_none() == in_house)
            && (third_party.is_none() || row.third_party_id == third_party)
            && self.countries.as_ref().is_none_or(|any| any.contains(&row.country))
            && self.review_due_before.is_none_or(|day| row.review_due.is_some_and(|due| due < day.0))
    }
}

/// Compares by review date, those without one last, whichever way the others go.
pub fn by_review_due<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

impl SystemOrder {
    fn compare(self, a: &system::Model, b: &system::Model) -> Ordering {
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
impl SystemQuery {
    /// One system.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn system(&self, ctx: &Context<'_>, id: ID) -> Result<Option<System>> {
        access(ctx).permit(Action::SeeSystems).await.or_error()?;
        Ok(id_of::<SystemId>(&id).and_then(|id| catalog(ctx).systems.get(&id).cloned()).map(System))
    }

    /// All places where data is stored.
    ///
    /// Requires: AGENT, COMPLIANCE, AUDITOR, ADMIN.
    async fn systems(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<SystemFilter>,
        #[graphql(default_with = "SystemOrder::NameAsc")] order_by: SystemOrder,
    ) -> Result<SystemConnection> {
        access(ctx).require(Action::SeeSystems).await.or_error()?;
        let page = Arguments { first, after, last, before }.request(ctx, "systems")?;
        access(ctx).permit(Action::SeeSystems).await.or_error()?;
        let filter = filter.unwrap_or_default();
        let catalog = catalog(ctx);
        let third_party = filter.third_party_id.as_ref();
        let third_party =
            third_party.map(|id| named::third_party(ctx, "filter.thirdPartyId", id)).transpose()?;
        let mut list: Vec<_> =
            catalog.systems.values().filter(|row| filter.lets_through(row, third_party)).cloned().collect();
        list.sort_by(|a, b| order_by.compare(a, b));
        let page = page_of(&page, list, |row: &Arc<system::Model>| vec![row.id.to_string()])?;
        Ok(SystemConnection::new("systems", page.map(System)))
    }
}

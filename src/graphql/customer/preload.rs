//! The map of every customer that a field shows, and what justifies its lines, fetched at once where it is known
//! beforehand what will be asked.
//!
//! A loader gathers what the resolvers of many customers ask for while they ask; when the same first page of each
//! map is asked for, which is what clients do, there is nothing to wait for.

use crate::{
    domain::{
        data_location::{LocationsOf, LocationsOfCustomers},
        justification::JustifyLocations,
        page::{self, PageRequest},
        subscription::SubscriptionsByIds,
    },
    graphql::{
        context::{access, catalog, loaders},
        error::OrError,
        loaders::{Part, by_line},
    },
};
use async_graphql::{Lookahead, Result, Value};
use entity::{data_location, ids::CustomerId};
use std::collections::BTreeSet;

/// The part of the map that is asked for below `customer`: its first page, of some size, without a filter or a count.
/// `None` when it is not asked for, or in another way: then a loader sees to it.
pub fn first_of_the_map(customer: &Lookahead<'_>) -> Option<LocationsOf> {
    let map = customer.field("dataLocations");
    let mut sizes = map.selection_fields().into_iter().map(|field| size(&field.arguments().ok()?));
    let limit = sizes.next()??;
    // Two uses of different sizes are two parts.
    let same = sizes.all(|size| size == Some(limit));
    let page = PageRequest { limit, ..PageRequest::default() };
    (same && !map.field("totalCount").exists()).then(|| LocationsOf { page, ..LocationsOf::default() })
}

/// The size of the page that these arguments ask for, if they say nothing else. A page of none has no row that could
/// carry the customer along.
fn size(arguments: &[(async_graphql::Name, Value)]) -> Option<u64> {
    match arguments {
        [] => Some(page::DEFAULT),
        [(name, Value::Number(size))] if name == "first" => {
            size.as_u64().filter(|size| (1..=page::MAX).contains(size))
        }
        _ => None,
    }
}

/// Fetches the maps of these customers, if `customer`, the selection of one, asks for them.
pub async fn maps(
    ctx: &async_graphql::Context<'_>,
    customer: &Lookahead<'_>,
    of: &[CustomerId],
) -> Result<()> {
    let (Some(part), false) = (first_of_the_map(customer), of.is_empty()) else { return Ok(()) };
    let inquiry = LocationsOfCustomers { catalog: catalog(ctx), customers: of.to_vec(), of: part.clone() };
    let pages = access(ctx).read(inquiry).await.or_error()?;
    reasons(ctx, customer, pages.values().flat_map(|page| &page.entries).map(|(_, line)| line)).await?;
    let pages = pages.into_iter().map(|(id, page)| (Part(id, part.clone()), page));
    loaders(ctx).batch.feed_many(pages).await;
    Ok(())
}

/// Fetches what justifies these lines, if the selection of a customer asks for that of its map.
pub async fn reasons(
    ctx: &async_graphql::Context<'_>,
    customer: &Lookahead<'_>,
    lines: impl Iterator<Item = &data_location::Model>,
) -> Result<()> {
    let map = customer.field("dataLocations");
    let reasons =
        [map.field("nodes"), map.field("edges").field("node")].map(|line| line.field("justifications"));
    // A tombstone needs no reason.
    let held = lines.filter(|line| line.held_to.is_none()).map(|line| line.id).collect::<Vec<_>>();
    if held.is_empty() || !reasons.iter().any(Lookahead::exists) {
        return Ok(());
    }
    let inquiry = JustifyLocations { catalog: catalog(ctx), locations: held.clone() };
    let facts = access(ctx).read(inquiry).await.or_error()?;
    if reasons.iter().any(|reason| reason.field("serviceSubscription").exists()) {
        let ids = facts.iter().filter_map(|fact| fact.subscription_id).collect::<BTreeSet<_>>();
        let found = access(ctx).read(SubscriptionsByIds(ids.into_iter().collect())).await.or_error()?;
        loaders(ctx).batch.feed_many(found.into_iter().map(|row| (row.id, row))).await;
    }
    loaders(ctx).batch.feed_many(by_line(&held, facts)).await;
    Ok(())
}

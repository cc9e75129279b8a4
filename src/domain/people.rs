//! How many customers: a number so small that it tells of somebody in particular has them on record.

use super::page::PageRequest;
use crate::access::{Reader, Sql, Stop};
use entity::ids::{CategoryKey, CustomerId};
use sea_orm::FromQueryResult;

/// So many, or fewer, are somebody in particular.
pub const FEW: u64 = 20;

#[derive(FromQueryResult)]
struct Id {
    customer_id: CustomerId,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// How many customers a page's filter lets through, when the page asks for that. `ids` adds a query of each one's
/// `customer_id`, and `categories` are those that it asks about.
///
/// With a filter for one customer, the number alone tells that they are there; so does an empty page that says that
/// there is a next one.
///
/// # Errors
/// [`Stop::Broken`] when the database fails.
pub async fn count(
    r: &Reader,
    page: &PageRequest,
    ids: &(dyn Fn(&mut Sql) + Sync),
    categories: &[CategoryKey],
) -> Result<Option<u64>, Stop> {
    if !page.count && page.limit > 0 {
        return Ok(None);
    }
    if let Some(found) = few(r, ids, categories).await? {
        return Ok(page.count.then_some(found));
    }
    if !page.count {
        return Ok(None);
    }
    let mut all = Sql::new("SELECT count(*) AS count FROM (");
    ids(&mut all);
    all.push(") found");
    let counted = r.numbers::<Count>(all).await?;
    Ok(counted.first().and_then(|row| u64::try_from(row.count).ok()))
}

/// How many rows `ids` gives, if they are so few that they are somebody in particular, who is then on record. `None` when
/// they are more.
///
/// # Errors
/// [`Stop::Broken`] when the database fails.
pub async fn few(
    r: &Reader,
    ids: &(dyn Fn(&mut Sql) + Sync),
    categories: &[CategoryKey],
) -> Result<Option<u64>, Stop> {
    let mut some = Sql::default();
    ids(&mut some);
    some.push(" LIMIT ").bind(i64::try_from(FEW + 1).unwrap_or(i64::MAX));
    let some = r.numbers::<Id>(some).await?;
    let some = some.into_iter().map(|one| one.customer_id).collect::<Vec<_>>();
    Ok(named(r, &some, categories).then_some(some.len() as u64))
}

/// Puts the first customers whom a number is about on record, if they are so few that they are somebody in particular;
/// whether they are.
pub fn named(r: &Reader, first: &[CustomerId], categories: &[CategoryKey]) -> bool {
    let few = first.len() as u64 <= FEW;
    for customer in first.iter().filter(|_| few) {
        r.tells(*customer, categories);
    }
    few
}

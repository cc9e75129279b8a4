//! Categories by their keys, as rows and bodies have them.

use super::DataCategory;
use crate::graphql::context::{catalog, charge_beyond_few};
use async_graphql::{Context, Result};
use entity::ids::CategoryKey;

/// The categories of these keys.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` when the request has no more to spend.
pub fn categories<'k>(
    ctx: &Context<'_>,
    keys: impl IntoIterator<Item = &'k CategoryKey>,
) -> Result<Vec<DataCategory>> {
    let catalog = catalog(ctx);
    let known = keys.into_iter().filter_map(|key| catalog.categories.get(key).cloned());
    let categories = known.map(DataCategory).collect::<Vec<_>>();
    charge_beyond_few(ctx, categories.len())?;
    Ok(categories)
}

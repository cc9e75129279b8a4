//! Of lines that are being recorded, those that nothing justifies.

use super::Facts;
use crate::{
    access::{Sql, Stop, Writer},
    domain::catalog::Catalog,
};
use entity::ids::DataLocationId;
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;

#[derive(FromQueryResult)]
struct Id {
    id: DataLocationId,
}

/// Those of these lines that nothing justifies, as they stand in the transaction at hand.
///
/// # Errors
/// When the database fails.
pub async fn unjustified(
    w: &Writer,
    catalog: &Catalog,
    lines: &[DataLocationId],
) -> Result<BTreeSet<DataLocationId>, Stop> {
    if lines.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = Sql::new("SELECT l.id FROM data_location l WHERE l.id IN ");
    sql.list(lines.iter().map(|id| id.0)).push(" AND ");
    Facts::new(catalog, w.now()).decide(&mut sql, "l", false);
    Ok(w.numbers::<Id>(sql).await?.into_iter().map(|row| row.id).collect())
}

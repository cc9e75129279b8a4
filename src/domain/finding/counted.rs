//! A page of findings with their number and whom they are about: one statement, as each pass over all maps takes seconds.

use super::row::Finding;
use crate::{
    access::{Reader, Sql, Stop},
    domain::people::{self, FEW},
};
use entity::{ids::CustomerId, touch::Touch};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

/// A row of the statement.
enum Part {
    /// With its number on the page.
    Row(Finding, i64),
    /// One of the first customers whom any finding is about.
    Whose(CustomerId),
    /// How many findings there are.
    Total(i64),
}

impl FromQueryResult for Part {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(match row.try_get(prefix, "part")? {
            1 => Self::Row(Finding::from_query_result(row, prefix)?, row.try_get(prefix, "number")?),
            2 => Self::Whose(row.try_get(prefix, "customer_id")?),
            _ => Self::Total(row.try_get(prefix, "number")?),
        })
    }
}

/// At most `limit` findings in their order, whether there are more of them, and how many there are of all. `found` adds a
/// query of all, and `after` what the page's cursors ask of a row `f`. A number that is about few customers tells of them.
///
/// # Errors
/// [`Stop::Broken`] when the database fails.
pub(super) async fn counted(
    r: &Reader,
    found: impl FnOnce(&mut Sql),
    after: impl FnOnce(&mut Sql) -> Result<(), Stop>,
    ordered: &str,
    limit: u64,
) -> Result<(Vec<Finding>, bool, u64), Stop> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut sql = Sql::new("WITH found AS MATERIALIZED (");
    found(&mut sql);
    sql.push(&format!(
        ") SELECT 1 AS part, row_number() OVER (ORDER BY {ordered}) AS number, f.* \
         FROM (SELECT f.* FROM found f WHERE true"
    ));
    after(&mut sql)?;
    sql.push(&format!(" ORDER BY {ordered} LIMIT ")).bind(number(limit + 1));
    sql.push(
        ") f UNION ALL SELECT 2, 0, NULL, NULL, NULL, NULL, w.customer_id, NULL, NULL \
         FROM (SELECT DISTINCT customer_id FROM found WHERE customer_id IS NOT NULL LIMIT ",
    );
    sql.bind(number(FEW + 1));
    sql.push(
        ") w UNION ALL SELECT 3, count(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM found ORDER BY 1, 2",
    );
    let on_page = |part: &Part| match part {
        Part::Row(finding, at) if *at <= number(limit) => finding.touch(),
        _ => Touch::nobody(),
    };
    let (mut rows, mut whose, mut total) = (Vec::new(), Vec::new(), 0);
    for part in r.rows(sql, on_page).await? {
        match part {
            Part::Row(finding, _) => rows.push(finding),
            Part::Whose(customer) => whose.push(customer),
            Part::Total(all) => total = u64::try_from(all).unwrap_or_default(),
        }
    }
    people::named(r, &whose, &[]);
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok((rows, more, total))
}

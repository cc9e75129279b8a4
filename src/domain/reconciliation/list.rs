//! Comparisons, by id and of each of several systems. They name nobody, but for those that are limited to a customer.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    ids::{ReconciliationId, SystemId},
    reconciliation,
    touch::{Recorded, Touch},
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use std::collections::HashMap;

/// Whether a caller is told of comparisons that are about one customer.
pub(super) fn limited(sql: &mut Sql, alias: &str, also_of_customers: bool) {
    if !also_of_customers {
        sql.push(&format!(" AND {alias}.customer_id IS NULL"));
    }
}

/// Those of these comparisons that there are.
#[derive(Clone, Debug)]
pub struct ReconciliationsByIds {
    pub ids: Vec<ReconciliationId>,
    pub also_of_customers: bool,
}

impl Inquiry for ReconciliationsByIds {
    const ACTION: Action = Action::SeeReconciliations;
    type Output = Vec<reconciliation::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<reconciliation::Model>, Stop> {
        let mut sql = Sql::new("SELECT n.* FROM reconciliation n WHERE n.id IN ");
        sql.list(self.ids.iter().map(|id| id.0));
        limited(&mut sql, "n", self.also_of_customers);
        r.rows(sql, reconciliation::Entity::touch).await
    }
}

/// When each of these systems was last compared as a whole; nothing for those that never were.
#[derive(Clone, Debug)]
pub struct LastReconciled(pub Vec<SystemId>);

#[derive(FromQueryResult)]
struct Last {
    system_id: SystemId,
    last: DateTime<Utc>,
}

impl Inquiry for LastReconciled {
    const ACTION: Action = Action::SeeReconciliations;
    type Output = HashMap<SystemId, DateTime<Utc>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(
            "SELECT n.system_id, max(n.finished_at) AS last FROM reconciliation n WHERE n.state = 'SUCCEEDED' \
             AND n.customer_id IS NULL AND n.system_id IN ",
        );
        sql.list(self.0.iter().map(|id| id.0)).push(" GROUP BY n.system_id");
        Ok(r.numbers::<Last>(sql).await?.into_iter().map(|row| (row.system_id, row.last)).collect())
    }
}

/// The same page of each of these systems' comparisons, newest first.
#[derive(Clone, Debug)]
pub struct ReconciliationsOf {
    pub systems: Vec<SystemId>,
    pub page: PageRequest,
    pub also_of_customers: bool,
}

struct Placed {
    row: reconciliation::Model,
    place: i64,
}

impl FromQueryResult for Placed {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let row = reconciliation::Model::from_query_result(result, prefix)?;
        Ok(Self { row, place: result.try_get(prefix, "place")? })
    }
}

#[derive(FromQueryResult)]
struct Total {
    system_id: SystemId,
    total: i64,
}

impl Inquiry for ReconciliationsOf {
    const ACTION: Action = Action::SeeReconciliations;
    const SNAPSHOT: bool = true;
    type Output = HashMap<SystemId, Page<reconciliation::Model>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let page = &self.page;
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
        let direction = if page.backward { "" } else { " DESC" };
        let mut sql = Sql::new(&format!(
            "SELECT * FROM (SELECT n.*, row_number() OVER (PARTITION BY n.system_id ORDER BY n.id{direction}) AS place \
             FROM reconciliation n WHERE n.system_id IN "
        ));
        sql.list(self.systems.iter().map(|id| id.0));
        limited(&mut sql, "n", self.also_of_customers);
        for (argument, keys, comparison) in
            [("after", &page.after, " AND n.id < "), ("before", &page.before, " AND n.id > ")]
        {
            if let Some(keys) = keys {
                sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
            }
        }
        sql.push(") placed WHERE place <= ").bind(limit + 1).push(" ORDER BY system_id, place");
        let touch = |row: &Placed| {
            if row.place > limit { Touch::nobody() } else { reconciliation::Entity::touch(&row.row) }
        };
        let mut of = self.systems.iter().map(|id| (*id, (Vec::new(), false))).collect::<HashMap<_, _>>();
        for placed in r.rows(sql, touch).await? {
            let (rows, more) = of.entry(placed.row.system_id).or_default();
            if placed.place > limit {
                *more = true;
            } else {
                rows.push(placed.row);
            }
        }
        let totals = if page.count { self.totals(r).await? } else { HashMap::new() };
        let page_of = |(system, (rows, more)): (SystemId, (Vec<reconciliation::Model>, bool))| {
            let total = page.count.then(|| totals.get(&system).copied().unwrap_or_default());
            (system, Page::fetched(page, rows, more, |row| vec![row.id.to_string()], total))
        };
        Ok(of.into_iter().map(page_of).collect())
    }
}

impl ReconciliationsOf {
    async fn totals(&self, r: &Reader) -> Result<HashMap<SystemId, u64>, Stop> {
        let mut sql =
            Sql::new("SELECT n.system_id, count(*) AS total FROM reconciliation n WHERE n.system_id IN ");
        sql.list(self.systems.iter().map(|id| id.0));
        limited(&mut sql, "n", self.also_of_customers);
        sql.push(" GROUP BY n.system_id");
        let rows = r.numbers::<Total>(sql).await?;
        Ok(rows.into_iter().map(|row| (row.system_id, u64::try_from(row.total).unwrap_or(0))).collect())
    }
}

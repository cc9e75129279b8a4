//! On what the map and a system disagree. How many there are, and of which kinds, names nobody; on whom they do is asked for
//! by itself.

use super::list::limited;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
};
use entity::{
    enums::DifferenceKind,
    ids::{CategoryKey, CustomerId, DifferenceId, ReconciliationId},
    reconciliation_difference,
    touch::{Recorded, Touch},
};
use sea_orm::{ActiveEnum, FromQueryResult};
use std::collections::HashMap;

/// What a difference says of nobody in particular.
#[derive(Clone, Debug)]
pub struct Differing {
    pub id: DifferenceId,
    pub kind: DifferenceKind,
    pub category: CategoryKey,
}

impl From<&reconciliation_difference::Model> for Differing {
    fn from(row: &reconciliation_difference::Model) -> Self {
        Self { id: row.id, kind: row.kind, category: row.category.clone() }
    }
}

/// Which kinds; all unless told.
pub type KindsOf = Option<Vec<DifferenceKind>>;

/// The same page of each of these comparisons' differences, in the order in which they were found.
#[derive(Clone, Debug)]
pub struct DifferencesOf {
    pub of: Vec<ReconciliationId>,
    pub kinds: KindsOf,
    pub page: PageRequest,
    pub also_of_customers: bool,
}

#[derive(FromQueryResult)]
struct Placed {
    id: DifferenceId,
    kind: DifferenceKind,
    category: CategoryKey,
    reconciliation_id: ReconciliationId,
    /// Whom the comparison is limited to.
    limited_to: Option<CustomerId>,
    place: i64,
}

#[derive(FromQueryResult)]
struct Total {
    reconciliation_id: ReconciliationId,
    total: i64,
}

impl DifferencesOf {
    fn from(&self, sql: &mut Sql) {
        sql.push(
            " FROM reconciliation_difference d JOIN reconciliation n ON n.id = d.reconciliation_id WHERE n.id IN ",
        );
        sql.list(self.of.iter().map(|id| id.0));
        limited(sql, "n", self.also_of_customers);
        if let Some(kinds) = &self.kinds {
            sql.push(" AND d.kind IN ").list(kinds.iter().map(ActiveEnum::to_value));
        }
    }

    async fn totals(&self, r: &Reader) -> Result<HashMap<ReconciliationId, u64>, Stop> {
        let mut sql = Sql::new("SELECT d.reconciliation_id, count(*) AS total");
        self.from(&mut sql);
        sql.push(" GROUP BY d.reconciliation_id");
        let rows = r.numbers::<Total>(sql).await?.into_iter();
        Ok(rows.map(|row| (row.reconciliation_id, u64::try_from(row.total).unwrap_or_default())).collect())
    }
}

impl Inquiry for DifferencesOf {
    const ACTION: Action = Action::SeeReconciliations;
    const SNAPSHOT: bool = true;
    type Output = HashMap<ReconciliationId, Page<Differing>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let page = &self.page;
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
        let direction = if page.backward { " DESC" } else { "" };
        let mut sql = Sql::new(&format!(
            "SELECT * FROM (SELECT d.id, d.kind, d.category, d.reconciliation_id, n.customer_id AS limited_to, \
             row_number() OVER (PARTITION BY d.reconciliation_id ORDER BY d.id{direction}) AS place"
        ));
        self.from(&mut sql);
        for (argument, keys, comparison) in
            [("after", &page.after, " AND d.id > "), ("before", &page.before, " AND d.id < ")]
        {
            if let Some(keys) = keys {
                sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
            }
        }
        sql.push(") placed WHERE place <= ").bind(limit + 1).push(" ORDER BY reconciliation_id, place");
        // Of one customer, even what kind of thing it is tells of them.
        let touch = |row: &Placed| match row.limited_to {
            Some(customer) if row.place <= limit => Touch::of(customer).category(row.category.clone()),
            _ => Touch::nobody(),
        };
        let mut of = self.of.iter().map(|id| (*id, (Vec::new(), false))).collect::<HashMap<_, _>>();
        for Placed { id, kind, category, reconciliation_id, place, .. } in r.rows(sql, touch).await? {
            let (rows, more) = of.entry(reconciliation_id).or_default();
            if place > limit {
                *more = true;
            } else {
                rows.push(Differing { id, kind, category });
            }
        }
        let totals = if page.count { self.totals(r).await? } else { HashMap::new() };
        let page_of = |(id, (rows, more)): (ReconciliationId, (Vec<Differing>, bool))| {
            let total = page.count.then(|| totals.get(&id).copied().unwrap_or_default());
            (id, Page::fetched(page, rows, more, |row| vec![row.id.to_string()], total))
        };
        Ok(of.into_iter().map(page_of).collect())
    }
}

/// On whom some differences are.
#[derive(Clone, Debug)]
pub struct WhomDifferences(pub Vec<DifferenceId>);

impl Inquiry for WhomDifferences {
    const ACTION: Action = Action::SeeDifferences;
    type Output = HashMap<DifferenceId, reconciliation_difference::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT d.* FROM reconciliation_difference d WHERE d.id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        let rows = r.rows(sql, reconciliation_difference::Entity::touch).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

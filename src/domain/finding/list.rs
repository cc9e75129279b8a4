//! All that is wrong right now, filtered, in one of several orders: one statement over all kinds.

use super::{
    acknowledge, audit_log,
    branch::{Asked, Branch},
    counted::counted,
    customers_data, incidents,
    kind::{FindingKind, Severity},
    known, open_work, reconciled, requests,
    row::Finding,
};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        each_customer::foreign_cursor,
        page::{Page, PageRequest},
        people,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use entity::ids::{CustomerId, SystemId, ThirdPartyId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Which findings: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingFilter {
    pub kinds: Option<Vec<FindingKind>>,
    pub severities: Option<Vec<Severity>>,
    pub customer: Option<CustomerId>,
    pub systems: Option<Vec<SystemId>>,
    /// About one of them, or at one of their systems.
    pub third_parties: Option<Vec<ThirdPartyId>>,
    /// Whether somebody has said why they stay for now.
    pub acknowledged: Option<bool>,
}

/// What findings are ordered by. Of those that are as severe, what has lasted longest is the more urgent; equal ones are
/// ordered by kind and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingOrder {
    SeverityAsc,
    SeverityDesc,
    SinceAsc,
    SinceDesc,
}

impl FindingOrder {
    const fn by_severity(self) -> bool {
        matches!(self, Self::SeverityAsc | Self::SeverityDesc)
    }

    /// The most urgent has the lowest number.
    const fn descends(self) -> bool {
        matches!(self, Self::SeverityAsc | Self::SinceDesc)
    }

    fn columns(self) -> &'static [&'static str] {
        const ALL: &[&str] = &["f.urgency", "f.since", "f.kind", "f.subject_id"];
        if self.by_severity() { ALL } else { &ALL[1..] }
    }

    /// The keys that a cursor needs to find its place again.
    fn keys(self, row: &Finding) -> Vec<String> {
        let urgency = self.by_severity().then(|| row.severity.urgency().to_string());
        let since = row.since.to_rfc3339_opts(SecondsFormat::Micros, true);
        let rest = [since, row.kind.number().to_string(), row.subject.id().to_string()];
        urgency.into_iter().chain(rest).collect()
    }

    /// Adds a cursor's keys as values of the columns; `None` when they are not of such a list.
    fn bind(self, sql: &mut Sql, keys: &[String]) -> Option<()> {
        let keys = match keys {
            [urgency, rest @ ..] if self.by_severity() => {
                sql.bind(urgency.parse::<i32>().ok()?).push(", ");
                rest
            }
            all => all,
        };
        let [since, kind, subject] = keys else { return None };
        let since = DateTime::parse_from_rfc3339(since).ok()?.with_timezone(&Utc);
        sql.bind(since).push(", ").bind(kind.parse::<i32>().ok()?).push(", ");
        sql.bind(subject.parse::<Uuid>().ok()?);
        Some(())
    }
}

/// A page of what is wrong, as far as a filter lets it through.
#[derive(Clone, Debug)]
pub struct ListFindings {
    pub catalog: Arc<Catalog>,
    pub filter: FindingFilter,
    pub order: FindingOrder,
    pub page: PageRequest,
}

impl Inquiry for ListFindings {
    const ACTION: Action = Action::ListFindings;
    const SEARCH: bool = true;
    const SNAPSHOT: bool = true;
    type Output = Page<Finding>;

    fn target(&self) -> Target {
        self.filter.customer.map_or_else(Target::none, Target::customer)
    }

    async fn run(self, r: &Reader) -> Result<Page<Finding>, Stop> {
        let asked = Asked::new(&self.catalog, &self.filter, r.now());
        let days = open_work::days(r, &asked).await?;
        let branches = branches(&asked, &days);
        if let Some(customer) = self.filter.customer {
            // That there is nothing is told as well.
            r.tells(customer, &[]);
        }
        let keys = |row: &Finding| self.order.keys(row);
        if branches.is_empty() {
            // A cursor of another list is told all the same.
            self.between(&mut Sql::default())?;
            return Ok(Page::fetched(&self.page, Vec::new(), false, keys, self.page.count.then_some(0)));
        }
        let found = |sql: &mut Sql| {
            sql.push("SELECT f.* ");
            self.from(sql, &asked, &branches);
        };
        let (ordered, limit) = (self.ordered(), self.page.limit);
        if self.page.count {
            let (rows, more, total) = counted(r, found, |sql| self.between(sql), &ordered, limit).await?;
            return Ok(Page::fetched(&self.page, rows, more, keys, Some(total)));
        }
        let mut sql = Sql::default();
        found(&mut sql);
        self.between(&mut sql)?;
        sql.push(" ORDER BY ").push(&ordered);
        let (rows, more) = r.some(sql, limit, Finding::touch).await?;
        if limit == 0 {
            // That there is a next page tells of them as well.
            let whose = |sql: &mut Sql| {
                sql.push("SELECT DISTINCT f.customer_id ");
                self.from(sql, &asked, &branches);
                sql.push(" AND f.customer_id IS NOT NULL");
            };
            people::few(r, &whose, &[]).await?;
        }
        Ok(Page::fetched(&self.page, rows, more, keys, None))
    }
}

/// All parts that the filter lets through.
pub(super) fn branches<'a>(asked: &'a Asked<'a>, days: &'a [NaiveDate]) -> Vec<Branch<'a>> {
    let mut branches = customers_data::branches(asked);
    branches.extend(open_work::branches(asked, days));
    branches.extend(requests::branches(asked));
    branches.extend(reconciled::branches(asked));
    branches.extend(incidents::branches(asked));
    branches.extend(audit_log::branches(asked));
    branches.extend(known::branches(asked));
    branches
}

/// Adds them as `f`.
pub(super) fn union(sql: &mut Sql, branches: &[Branch<'_>]) {
    for (at, branch) in branches.iter().enumerate() {
        sql.push(if at == 0 { "FROM (" } else { " UNION ALL " });
        branch(sql);
    }
    sql.push(") f");
}

impl ListFindings {
    /// Adds what lies between the page's cursors, of the rows `f`.
    fn between(&self, sql: &mut Sql) -> Result<(), Stop> {
        let columns = self.order.columns();
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let comparison = if (argument == "after") == self.order.descends() { "<" } else { ">" };
                sql.push(&format!(" AND ({}) {comparison} (", columns.join(", ")));
                self.order.bind(sql, keys).ok_or_else(|| foreign_cursor(argument))?;
                sql.push(")");
            }
        }
        Ok(())
    }

    /// The columns that the rows `f` of a page are ordered by, each with its direction.
    fn ordered(&self) -> String {
        let direction = if self.order.descends() == self.page.backward { "" } else { " DESC" };
        let columns = self.order.columns().iter();
        columns.map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ")
    }

    /// Adds what the filter lets through, as `f`.
    fn from(&self, sql: &mut Sql, asked: &Asked<'_>, branches: &[Branch<'_>]) {
        union(sql, branches);
        if let Some(acknowledged) = self.filter.acknowledged {
            acknowledge::join(sql, asked);
            sql.push(if acknowledged { " WHERE a.kind IS NOT NULL" } else { " WHERE a.kind IS NULL" });
        } else {
            sql.push(" WHERE true");
        }
        if let Some(severities) = &self.filter.severities {
            sql.push(" AND f.urgency IN ").list(severities.iter().map(|one| one.urgency()));
        }
    }
}

//! All that is wrong right now, filtered, in one of several orders: one statement over all kinds.

use super::{
    branch::{Asked, Branch},
    customers_data,
    kind::{FindingKind, Severity},
    known, open_work,
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
use chrono::{DateTime, SecondsFormat, Utc};
use entity::ids::{CustomerId, SystemId, ThirdPartyId};
use sea_orm::FromQueryResult;
use std::sync::Arc;
use uuid::Uuid;

/// Which findings: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    pub kinds: Option<Vec<FindingKind>>,
    pub severities: Option<Vec<Severity>>,
    pub customer: Option<CustomerId>,
    pub systems: Option<Vec<SystemId>>,
    /// About one of them, or at one of their systems.
    pub third_parties: Option<Vec<ThirdPartyId>>,
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

#[derive(FromQueryResult)]
struct Count {
    count: i64,
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
        let mut branches = customers_data::branches(&asked);
        branches.extend(open_work::branches(&asked, &days));
        branches.extend(known::branches(&asked));
        if let Some(customer) = self.filter.customer {
            // That there is nothing is told as well.
            r.tells(customer, &[]);
        }
        let sql = self.page_of(&branches)?;
        if branches.is_empty() {
            let total = self.page.count.then_some(0);
            return Ok(Page::fetched(&self.page, Vec::new(), false, |row| self.order.keys(row), total));
        }
        let (rows, more) = r.some(sql, self.page.limit, Finding::touch).await?;
        let total = self.count(r, &branches).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| self.order.keys(row), total))
    }
}

impl ListFindings {
    /// All of it but the limit.
    fn page_of(&self, branches: &[Branch<'_>]) -> Result<Sql, Stop> {
        let mut sql = Sql::new("SELECT f.* ");
        self.from(&mut sql, branches);
        let columns = self.order.columns();
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let comparison = if (argument == "after") == self.order.descends() { "<" } else { ">" };
                sql.push(&format!(" AND ({}) {comparison} (", columns.join(", ")));
                self.order.bind(&mut sql, keys).ok_or_else(|| foreign_cursor(argument))?;
                sql.push(")");
            }
        }
        let direction = if self.order.descends() == self.page.backward { "" } else { " DESC" };
        let ordered = columns.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>();
        sql.push(" ORDER BY ").push(&ordered.join(", "));
        Ok(sql)
    }

    /// Adds what the filter lets through, as `f`.
    fn from(&self, sql: &mut Sql, branches: &[Branch<'_>]) {
        for (at, branch) in branches.iter().enumerate() {
            sql.push(if at == 0 { "FROM (" } else { " UNION ALL " });
            branch(sql);
        }
        sql.push(") f WHERE true");
        if let Some(severities) = &self.filter.severities {
            sql.push(" AND f.urgency IN ").list(severities.iter().map(|one| one.urgency()));
        }
    }

    /// How many there are, when the page asks for that. A number that is about few customers tells of them.
    async fn count(&self, r: &Reader, branches: &[Branch<'_>]) -> Result<Option<u64>, Stop> {
        if !self.page.count && self.page.limit > 0 {
            return Ok(None);
        }
        let ids = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT f.customer_id ");
            self.from(sql, branches);
            sql.push(" AND f.customer_id IS NOT NULL");
        };
        people::few(r, &ids, &[]).await?;
        if !self.page.count {
            return Ok(None);
        }
        let mut all = Sql::new("SELECT count(*) AS count ");
        self.from(&mut all, branches);
        let counted = r.numbers::<Count>(all).await?;
        Ok(counted.first().and_then(|row| u64::try_from(row.count).ok()))
    }
}

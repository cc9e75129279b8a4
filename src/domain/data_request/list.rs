//! Requests, filtered: all of them in one of several orders, and those of each of several customers.

use super::request::{RUNNING, Request, STATUS, columns, unanswered};
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
        people,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{DataRequestStatus, DataRequestType},
    ids::CustomerId,
};
use sea_orm::{ActiveEnum, FromQueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// Which requests: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    pub types: Option<Vec<DataRequestType>>,
    pub statuses: Option<Vec<DataRequestStatus>>,
    pub customer: Option<CustomerId>,
    /// Past its date, and the customer still waits; or not.
    pub overdue: Option<bool>,
    pub due_before: Option<DateTime<Utc>>,
    pub received_from: Option<DateTime<Utc>>,
    pub received_to: Option<DateTime<Utc>>,
}

/// What requests are ordered by. Equal ones are ordered by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOrder {
    DueAtAsc,
    DueAtDesc,
    ReceivedAtAsc,
    ReceivedAtDesc,
}

impl RequestOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::DueAtAsc | Self::DueAtDesc => "due_at",
            Self::ReceivedAtAsc | Self::ReceivedAtDesc => "received_at",
        }
    }

    const fn descends(self) -> bool {
        matches!(self, Self::DueAtDesc | Self::ReceivedAtDesc)
    }

    /// The keys that a cursor needs to find its place again.
    fn keys(self, request: &Request) -> Vec<String> {
        let moment = match self {
            Self::DueAtAsc | Self::DueAtDesc => request.row.due_at,
            Self::ReceivedAtAsc | Self::ReceivedAtDesc => request.row.received_at,
        };
        vec![moment.to_rfc3339_opts(SecondsFormat::Micros, true), request.row.id.to_string()]
    }
}

/// A cursor's keys as values of the columns; `None` when they are not of such a list.
fn values(keys: &[String]) -> Option<(DateTime<Utc>, Uuid)> {
    let [moment, id] = keys else { return None };
    Some((DateTime::parse_from_rfc3339(moment).ok()?.with_timezone(&Utc), id.parse().ok()?))
}

impl RequestFilter {
    fn conditions(&self, sql: &mut Sql, now: DateTime<Utc>) {
        if let Some(types) = &self.types {
            sql.push(" AND t.kind IN ").list(types.iter().map(ActiveEnum::to_value));
        }
        if let Some(statuses) = &self.statuses {
            sql.push(&format!(" AND {STATUS} IN ")).list(statuses.iter().map(ActiveEnum::to_value));
        }
        if let Some(customer) = self.customer {
            sql.push(" AND t.customer_id = ").bind(customer.0);
        }
        if let Some(overdue) = self.overdue {
            sql.push(if overdue { " AND (" } else { " AND NOT (" });
            sql.push(&unanswered()).push(" AND t.due_at <= ").bind(now);
            sql.push(&format!(" AND {RUNNING})"));
        }
        for (moment, comparison) in [
            (self.due_before, " AND t.due_at < "),
            (self.received_from, " AND t.received_at >= "),
            (self.received_to, " AND t.received_at < "),
        ] {
            if let Some(moment) = moment {
                sql.push(comparison).bind(moment);
            }
        }
    }
}

/// A page of the requests that a filter lets through.
#[derive(Clone, Debug)]
pub struct ListDataRequests {
    pub filter: RequestFilter,
    pub order: RequestOrder,
    pub page: PageRequest,
}

impl Inquiry for ListDataRequests {
    const ACTION: Action = Action::ListDataRequests;
    const SEARCH: bool = true;
    type Output = Page<Request>;

    fn target(&self) -> Target {
        self.filter.customer.map_or_else(Target::none, Target::customer)
    }

    async fn run(self, r: &Reader) -> Result<Page<Request>, Stop> {
        let now = r.now();
        let column = self.order.column();
        let mut sql = Sql::new(&format!("SELECT {} FROM data_request t WHERE true", columns()));
        self.filter.conditions(&mut sql, now);
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let (moment, id) = values(keys).ok_or_else(|| foreign_cursor(argument))?;
                let comparison = if (argument == "after") == self.order.descends() { "<" } else { ">" };
                sql.push(&format!(" AND (t.{column}, t.id) {comparison} ("));
                sql.bind(moment).push(", ").bind(id).push(")");
            }
        }
        let direction = if self.order.descends() == self.page.backward { "" } else { " DESC" };
        sql.push(&format!(" ORDER BY t.{column}{direction}, t.id{direction}"));
        let (rows, more) = r.some(sql, self.page.limit, Request::touch).await?;
        if let Some(customer) = self.filter.customer {
            // That there is none is told as well.
            r.tells(customer, &[]);
        }
        let total = self.count(r, now).await?;
        Ok(Page::fetched(&self.page, rows, more, |row| self.order.keys(row), total))
    }
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

impl ListDataRequests {
    /// How many there are, when that is asked for. A number that is about a few customers has them on record.
    async fn count(&self, r: &Reader, now: DateTime<Utc>) -> Result<Option<u64>, Stop> {
        if !self.page.count && self.page.limit > 0 {
            return Ok(None);
        }
        let whose = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT t.customer_id FROM data_request t WHERE true");
            self.filter.conditions(sql, now);
        };
        people::few(r, &whose, &[]).await?;
        if !self.page.count {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT count(*) AS total FROM data_request t WHERE true");
        self.filter.conditions(&mut sql, now);
        let total = r.numbers::<Total>(sql).await?.pop();
        Ok(total.map(|row| u64::try_from(row.total).unwrap_or_default()))
    }
}

/// Which page of each customer's requests, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestsOf(pub PageRequest);

/// The same page of each customer's requests. They are few by nature: all of them are read.
#[derive(Clone, Debug)]
pub struct RequestsOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: RequestsOf,
}

impl Inquiry for RequestsOfCustomers {
    const ACTION: Action = Action::SeeDataRequests;
    type Output = HashMap<CustomerId, Page<Request>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new(&format!("SELECT {} FROM data_request t WHERE t.customer_id IN ", columns()));
        sql.list(self.customers.iter().map(|id| id.0)).push(" ORDER BY t.customer_id, t.id DESC");
        let mut of = self.customers.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
        for request in r.rows(sql, Request::touch).await? {
            of.entry(request.row.customer_id).or_default().push(request);
        }
        for customer in &self.customers {
            // That there is none is told as well.
            r.tells(*customer, &[]);
        }
        let page = |(customer, rows)| Ok((customer, self.page(rows)?));
        of.into_iter().map(page).collect()
    }
}

impl RequestsOfCustomers {
    fn page(&self, rows: Vec<Request>) -> Result<Page<Request>, Stop> {
        let page = &self.of.0;
        let total = page.count.then_some(rows.len() as u64);
        let place = |keys: &Option<Vec<String>>, argument| {
            let id = |keys: &Vec<String>| cursor_id(keys).ok_or_else(|| foreign_cursor(argument));
            keys.as_ref().map(id).transpose()
        };
        let (after, before) = (place(&page.after, "after")?, place(&page.before, "before")?);
        let between = |request: &Request| {
            let id = request.row.id.0;
            after.is_none_or(|after| id < after) && before.is_none_or(|before| id > before)
        };
        let mut rows = rows.into_iter().filter(between).collect::<Vec<_>>();
        if page.backward {
            rows.reverse();
        }
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(Page::fetched(page, rows, more, |row| vec![row.row.id.to_string()], total))
    }
}

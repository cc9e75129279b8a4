//! Events: a filtered page of all, those about each of several customers, some by id, or one from customers' own logs.

pub use crate::transparency::{Body, Part, Shown, SubjectBody, Withheld};
use crate::{
    access::{Code, Inquiry, Reader, Refusal, Sql, Stop},
    clock::first_id,
    domain::{
        each_customer::{Beside, PagesOf, foreign_cursor},
        page::{Page, PageRequest, cursor_id},
    },
    policy::{Action, Target},
    transparency::{leaf, tree::Digest},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    customer,
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::{AuditEventId, CategoryKey, CustomerId, PurposeKey},
    touch::Touch,
};
use sea_orm::{ActiveEnum, DbErr, EntityTrait, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Which events: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Those that saw or changed this customer's data.
    pub customer: Option<CustomerId>,
    /// Issuer and subject.
    pub actor: Option<String>,
    pub actor_kinds: Option<Vec<ActorKind>>,
    pub operations: Option<Vec<String>>,
    pub kinds: Option<Vec<AuditKind>>,
    pub outcomes: Option<Vec<AuditOutcome>>,
    pub purposes: Option<Vec<PurposeKey>>,
    /// And what is below them.
    pub categories: Option<Vec<CategoryKey>>,
    pub request_id: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// An event, as its body tells it.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub id: AuditEventId,
    pub occurred_at: DateTime<Utc>,
    pub body: Body,
    /// The same as it was hashed.
    pub entry: Vec<u8>,
    /// Whom it was about, and from where it came: for those who may see that.
    pub withheld: Withheld,
}

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

/// A page of events.
pub type AuditPage = Page<EventRow>;

impl FromQueryResult for EventRow {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let bytes: Vec<u8> = result.try_get(prefix, "body")?;
        let body =
            Body::parse(&bytes).ok_or_else(|| DbErr::Type("an audit body of an unknown form".to_owned()))?;
        let withheld = match result.try_get::<Option<Vec<u8>>>(prefix, "withheld")? {
            Some(bytes) => Withheld::parse(&bytes).ok_or_else(|| {
                DbErr::Type("what an audit event withholds is of an unknown form".to_owned())
            })?,
            None => Withheld::default(),
        };
        Ok(Self {
            id: result.try_get(prefix, "event_id")?,
            occurred_at: result.try_get(prefix, "occurred_at")?,
            body,
            entry: bytes,
            withheld,
        })
    }
}

impl EventRow {
    /// What stands for it in the log's tree.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        leaf(&self.entry)
    }

    /// Those parts of what is withheld that may be shown, with their proofs.
    pub fn shown(&self, may: impl Fn(Part<'_>) -> bool) -> Vec<Shown> {
        self.withheld.show(may).unwrap_or_default()
    }
}

/// A page of the log, newest first. Reading it is on it: one event about the log, not one about everybody in it.
#[derive(Clone, Debug)]
pub struct ListEvents {
    pub filter: AuditFilter,
    pub page: PageRequest,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl Inquiry for ListEvents {
    const ACTION: Action = Action::ReadAuditLog;
    const SEARCH: bool = true;
    type Output = AuditPage;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<AuditPage, Stop> {
        let mut sql = Sql::new("SELECT e.event_id, e.occurred_at, e.body, e.withheld FROM ");
        let id = self.filter.id();
        self.filter.conditions(sql.push(self.filter.tables()));
        for (argument, keys, comparison) in
            [("after", &self.page.after, " < "), ("before", &self.page.before, " > ")]
        {
            if let Some(keys) = keys {
                let cursor = cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?;
                sql.push(" AND ").push(id).push(comparison).bind(cursor);
            }
        }
        sql.push(" ORDER BY ").push(id).push(if self.page.backward { "" } else { " DESC" });
        // Asking for one customer's events is asking about that customer, who must be one: a subject that is nobody
        // would stand in the log for good.
        if let Some(customer) = self.filter.customer {
            if r.one(customer::Entity::find_by_id(customer)).await?.is_none() {
                return Err(Refusal::new(Code::NotFound, "There is no such customer.")
                    .at("filter.customerId")
                    .into());
            }
            r.tells(customer, self.filter.categories.as_deref().unwrap_or_default());
        }
        let (rows, more) = r.some(sql, self.page.limit, |_: &EventRow| Touch::nobody()).await?;
        let total = if self.page.count { Some(self.count(r).await?) } else { None };
        Ok(Page::fetched(&self.page, rows, more, keys, total))
    }
}

fn keys(event: &EventRow) -> Vec<String> {
    vec![event.id.to_string()]
}

impl ListEvents {
    async fn count(&self, r: &Reader) -> Result<u64, Stop> {
        let mut sql = Sql::new("SELECT count(*) AS count FROM ");
        let only_of = AuditFilter { customer: self.filter.customer, ..AuditFilter::default() };
        let is_of_one = self.filter.customer.is_some() && self.filter == only_of;
        let tables = if is_of_one { "audit_subject s" } else { self.filter.tables() };
        self.filter.conditions(sql.push(tables));
        let counted = r.numbers::<Count>(sql).await?;
        Ok(counted.first().and_then(|row| u64::try_from(row.count).ok()).unwrap_or_default())
    }
}

impl AuditFilter {
    /// One customer's events are found by who they were about, and there are few of them: not by going through all.
    const fn tables(&self) -> &'static str {
        match self.customer {
            Some(_) => "audit_subject s JOIN audit_event e ON e.event_id = s.event_id",
            None => "audit_event e",
        }
    }

    /// By which of the two columns rows are found and ordered.
    const fn id(&self) -> &'static str {
        if self.customer.is_some() { "s.event_id" } else { "e.event_id" }
    }

    fn conditions(&self, sql: &mut Sql) {
        sql.push(" WHERE true");
        if let Some(customer) = self.customer {
            sql.push(" AND s.customer_id = ").bind(customer.0);
        }
        if let Some(categories) = &self.categories {
            sql.push(match self.customer {
                Some(_) => " AND (false",
                None => " AND EXISTS (SELECT 1 FROM audit_subject s WHERE s.event_id = e.event_id AND (false",
            });
            for key in categories {
                // A JSON array of keys: the key itself stands between quotes, what is below it goes on with a dot.
                for end in ["\"", "."] {
                    sql.push(" OR replace(s.categories, ").bind(format!("\"{key}{end}"));
                    sql.push(", '') <> s.categories");
                }
            }
            sql.push(if self.customer.is_some() { ")" } else { "))" });
        }
        if let Some(actor) = &self.actor {
            sql.push(" AND e.actor = ").bind(actor.clone());
        }
        if let Some(request_id) = &self.request_id {
            sql.push(" AND e.request_id = ").bind(request_id.clone());
        }
        if let Some(kinds) = &self.actor_kinds {
            sql.push(" AND e.actor_kind IN ").list(kinds.iter().map(ActiveEnum::to_value));
        }
        if let Some(operations) = &self.operations {
            sql.push(" AND e.operation IN ").list(operations.iter().cloned());
        }
        if let Some(kinds) = &self.kinds {
            sql.push(" AND e.kind IN ").list(kinds.iter().map(ActiveEnum::to_value));
        }
        if let Some(outcomes) = &self.outcomes {
            sql.push(" AND e.outcome IN ").list(outcomes.iter().map(ActiveEnum::to_value));
        }
        if let Some(purposes) = &self.purposes {
            sql.push(" AND e.purpose IN ").list(purposes.iter().map(|key| key.0.clone()));
        }
        // Ids are of the same moments, and what rows are found by.
        if let Some(from) = self.from {
            sql.push(" AND e.occurred_at >= ").bind(from);
            self.each_id(sql, " >= ", first_id(from));
        }
        if let Some(to) = self.to {
            sql.push(" AND e.occurred_at < ").bind(to);
            self.each_id(sql, " < ", first_id(to + MILLISECOND));
        }
    }

    /// Said of both tables, so that neither's other months are looked at.
    fn each_id(&self, sql: &mut Sql, comparison: &'static str, id: Uuid) {
        sql.push(" AND e.event_id").push(comparison).bind(id);
        if self.customer.is_some() {
            sql.push(" AND s.event_id").push(comparison).bind(id);
        }
    }
}

/// A page of the events about each of several customers, newest first.
#[derive(Clone, Debug)]
pub struct EventsOfCustomers {
    pub customers: Vec<CustomerId>,
    pub page: PageRequest,
}

/// An event and the customer whose log it stands in.
#[derive(Debug)]
struct EventOf {
    customer: CustomerId,
    event: EventRow,
}

impl FromQueryResult for EventOf {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let customer = result.try_get(prefix, "customer_id")?;
        Ok(Self { customer, event: EventRow::from_query_result(result, prefix)? })
    }
}

impl Inquiry for EventsOfCustomers {
    const ACTION: Action = Action::SeeAccessLog;
    type Output = HashMap<CustomerId, AuditPage>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let pages = PagesOf {
            table: "(SELECT customer_id, event_id AS id FROM audit_subject)",
            beside: Some(Beside {
                columns: ", e.event_id, e.occurred_at, e.body, e.withheld",
                join: " JOIN audit_event e ON e.event_id = t.id",
            }),
            customers: &self.customers,
            page: &self.page,
            condition: &|_| {},
            touch: |row: &EventOf| Touch::of(row.customer),
            customer: |row| row.customer,
            id: |row| row.event.id.to_string(),
        };
        let pages = pages.fetch(r).await?;
        Ok(pages.into_iter().map(|(customer, page)| (customer, page.map(|row| row.event))).collect())
    }
}

/// Those of these events that there are.
#[derive(Clone, Debug)]
pub struct EventsByIds(pub Vec<AuditEventId>);

impl Inquiry for EventsByIds {
    const ACTION: Action = Action::ReadAuditLog;
    type Output = Vec<EventRow>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<EventRow>, Stop> {
        by_ids(r, &self.0).await
    }
}

async fn by_ids(r: &Reader, ids: &[AuditEventId]) -> Result<Vec<EventRow>, Stop> {
    let mut sql = Sql::new(
        "SELECT e.event_id, e.occurred_at, e.body, e.withheld FROM audit_event e WHERE e.event_id IN ",
    );
    sql.list(ids.iter().map(|id| id.0));
    r.rows(sql, |_: &EventRow| Touch::nobody()).await
}

/// An event as it stands in the logs of the customers whom it is about. About nobody, it stands in none.
#[derive(Clone, Debug)]
pub struct EventInAccessLogs {
    pub id: AuditEventId,
    /// Whose log to look into first: for who may look into no other.
    pub own: Option<CustomerId>,
}

#[derive(FromQueryResult)]
struct SubjectRow {
    customer_id: CustomerId,
}

impl Inquiry for EventInAccessLogs {
    const ACTION: Action = Action::SeeAccessLog;
    type Output = Option<EventRow>;

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, r: &Reader) -> Result<Option<EventRow>, Stop> {
        let is_own = self.own.is_some() && self.is_about(r, self.own).await?;
        if is_own || self.is_about(r, None).await? {
            Ok(by_ids(r, &[self.id]).await?.pop())
        } else {
            Ok(None)
        }
    }
}

impl EventInAccessLogs {
    /// Whether it is about this customer, or anybody.
    async fn is_about(&self, r: &Reader, customer: Option<CustomerId>) -> Result<bool, Stop> {
        let mut sql = Sql::new("SELECT s.customer_id FROM audit_subject s WHERE s.event_id = ");
        sql.bind(self.id.0);
        if let Some(customer) = customer {
            sql.push(" AND s.customer_id = ").bind(customer.0);
        }
        Ok(!r.rows(sql, |row: &SubjectRow| Touch::of(row.customer_id)).await?.is_empty())
    }
}

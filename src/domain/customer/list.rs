//! All customers, filtered, in one of several orders.

use super::by_ids::Keyed;
use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        each_customer::foreign_cursor,
        justification::Facts,
        page::{Page, PageRequest},
        people,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{CustomerKind, CustomerStatus},
    ids::{CategoryKey, ServiceId, SystemId, ThirdPartyId},
};
use sea_orm::{ActiveEnum, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Which customers: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomerFilter {
    pub kinds: Option<Vec<CustomerKind>>,
    pub statuses: Option<Vec<CustomerStatus>>,
    pub reference_prefix: Option<String>,
    /// Dormant since the end of that day at the latest.
    pub dormant_since: Option<DateTime<Utc>>,
    /// Has this service now.
    pub service: Option<ServiceId>,
    /// Has data at this system now.
    pub system: Option<SystemId>,
    /// Has data at this third party now.
    pub third_party: Option<ThirdPartyId>,
    /// Has data of these categories, or of what is below them, anywhere now.
    pub categories: Option<Vec<CategoryKey>>,
    /// Has a hold now.
    pub on_hold: Option<bool>,
    /// Has data that nothing justifies.
    pub unjustified: Option<bool>,
}

/// What customers are ordered by. Equal ones are ordered by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerOrder {
    ReferenceAsc,
    ReferenceDesc,
    CreatedAtAsc,
    CreatedAtDesc,
    StatusSinceAsc,
    StatusSinceDesc,
}

impl CustomerOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::ReferenceAsc | Self::ReferenceDesc => "reference",
            Self::CreatedAtAsc | Self::CreatedAtDesc => "created_at",
            Self::StatusSinceAsc | Self::StatusSinceDesc => "status_since",
        }
    }

    const fn descends(self) -> bool {
        matches!(self, Self::ReferenceDesc | Self::CreatedAtDesc | Self::StatusSinceDesc)
    }

    /// The keys that a cursor needs to find its place again.
    fn keys(self, customer: &Keyed) -> Vec<String> {
        let row = &customer.row;
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
        let key = match self {
            Self::ReferenceAsc | Self::ReferenceDesc => row.reference.clone(),
            Self::CreatedAtAsc | Self::CreatedAtDesc => time(row.created_at),
            Self::StatusSinceAsc | Self::StatusSinceDesc => time(row.status_since),
        };
        vec![key, row.id.to_string()]
    }

    /// A cursor's keys as values of the columns; `None` when they are not of this order.
    fn values(self, keys: &[String]) -> Option<(Value, Uuid)> {
        let [key, id] = keys else { return None };
        let key = match self {
            Self::ReferenceAsc | Self::ReferenceDesc => key.clone().into(),
            _ => DateTime::parse_from_rfc3339(key).ok()?.with_timezone(&Utc).into(),
        };
        Some((key, id.parse().ok()?))
    }
}

/// A page of the customers that a filter lets through.
#[derive(Clone, Debug)]
pub struct ListCustomers {
    pub catalog: Arc<Catalog>,
    pub filter: CustomerFilter,
    pub order: CustomerOrder,
    pub page: PageRequest,
}

impl Inquiry for ListCustomers {
    const ACTION: Action = Action::ListCustomers;
    const SEARCH: bool = true;
    type Output = Page<Keyed>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Page<Keyed>, Stop> {
        let mut sql = Keyed::select();
        self.filter.conditions(&mut sql, &self.catalog, r.now());
        let descends = self.order.descends() != self.page.backward;
        for (argument, keys) in [("after", &self.page.after), ("before", &self.page.before)] {
            if let Some(keys) = keys {
                let (key, id) = self.order.values(keys).ok_or_else(|| foreign_cursor(argument))?;
                let comparison = if (argument == "after") == self.order.descends() { " < (" } else { " > (" };
                sql.push(" AND (c.").push(self.order.column()).push(", c.id)").push(comparison);
                sql.bind(key).push(", ").bind(id).push(")");
            }
        }
        let direction = if descends { " DESC" } else { "" };
        let column = self.order.column();
        sql.push(&format!(" ORDER BY c.{column}{direction}, c.id{direction}"));
        let (rows, more) = r.some(sql, self.page.limit, Keyed::touch).await?;
        let categories = self.filter.categories.as_deref().unwrap_or_default();
        for row in &rows {
            r.tells(row.row.id, categories);
        }
        let ids = |sql: &mut Sql| {
            sql.push("SELECT c.id AS customer_id FROM customer c ");
            self.filter.conditions(sql, &self.catalog, r.now());
        };
        let total = people::count(r, &self.page, &ids, categories).await?;
        Ok(Page::fetched(&self.page, rows, more, |customer| self.order.keys(customer), total))
    }
}

impl CustomerFilter {
    /// Adds the condition on the customer `c`, from its `WHERE` on.
    pub(in crate::domain) fn conditions(&self, sql: &mut Sql, catalog: &Catalog, now: DateTime<Utc>) {
        let filter = self;
        sql.push("WHERE true");
        if let Some(kinds) = &filter.kinds {
            sql.push(" AND c.kind IN ").list(kinds.iter().map(ActiveEnum::to_value));
        }
        if let Some(statuses) = &filter.statuses {
            sql.push(" AND c.status IN ").list(statuses.iter().map(ActiveEnum::to_value));
        }
        if let Some(prefix) = &filter.reference_prefix {
            let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
            sql.push(" AND substr(c.reference, 1, ").bind(length).push(") = ").bind(prefix.clone());
        }
        if let Some(since) = filter.dormant_since {
            sql.push(" AND c.status = 'DORMANT' AND c.status_since < ").bind(since);
        }
        if let Some(service) = filter.service {
            sql.push(
                " AND EXISTS (SELECT 1 FROM subscription s WHERE s.customer_id = c.id AND s.service_id = ",
            )
            .bind(service.0)
            .push(" AND s.ended_at IS NULL)");
        }
        let at_third_party = filter.third_party.map(|third_party| {
            let there = |system: &&Arc<entity::system::Model>| system.third_party_id == Some(third_party);
            catalog.systems.values().filter(there).map(|system| system.id).collect::<Vec<_>>()
        });
        for systems in [filter.system.map(|system| vec![system]), at_third_party].into_iter().flatten() {
            held(sql, "l.system_id IN ", systems.iter().map(|system| system.0.into()).collect());
        }
        if let Some(categories) = &filter.categories {
            let below = |key: &&CategoryKey| categories.iter().any(|above| key.is_within(above.as_str()));
            let keys = catalog.categories.keys().filter(below).map(|key| key.0.clone().into()).collect();
            held(sql, "l.category IN ", keys);
        }
        if let Some(on_hold) = filter.on_hold {
            sql.push(if on_hold { " AND EXISTS (" } else { " AND NOT EXISTS (" });
            sql.push("SELECT 1 FROM legal_hold h WHERE h.customer_id = c.id AND h.lifted_at IS NULL)");
        }
        if let Some(unjustified) = filter.unjustified {
            sql.push(if unjustified { " AND EXISTS (" } else { " AND NOT EXISTS (" });
            sql.push("SELECT 1 FROM data_location l WHERE l.customer_id = c.id AND l.held_to IS NULL AND ");
            Facts::new(catalog, now).decide(sql, "l", false);
            // For each customer by themselves: PostgreSQL takes what nothing justifies for next to nothing, and would
            // compare every customer with all of it.
            sql.push(" LIMIT 1 OFFSET 0)");
        }
    }
}

fn held(sql: &mut Sql, condition: &str, values: Vec<Value>) {
    sql.push(
        " AND EXISTS (SELECT 1 FROM data_location l WHERE l.customer_id = c.id AND l.held_to IS NULL AND ",
    )
    .push(condition)
    .list(values)
    .push(")");
}

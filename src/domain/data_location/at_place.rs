//! The reverse question: whose data, and which, is at a place now, or was at a given time.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        customer::Keyed,
        each_customer::foreign_cursor,
        page::{Page, PageRequest, cursor_id},
        people,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    data_location,
    ids::{CategoryKey, CustomerId, IncidentId, SystemId, ThirdPartyId},
    touch::Recorded,
};
use sea_orm::FromQueryResult;
use std::{collections::BTreeMap, sync::Arc};

/// A place: one system, all systems of a third party, or those that an incident is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtPlace {
    System(SystemId),
    ThirdParty(ThirdPartyId),
    Incident { id: IncidentId, systems: Vec<SystemId> },
}

/// A time, or a moment, where it begins when it ends. What is there at any time of it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct During {
    pub from: DateTime<Utc>,
    /// Now unless told.
    pub to: Option<DateTime<Utc>>,
}

impl During {
    /// At one moment.
    #[must_use]
    pub const fn at(moment: DateTime<Utc>) -> Self {
        Self { from: moment, to: Some(moment) }
    }
}

/// A customer, and what of theirs is at the place.
#[derive(Clone, Debug)]
pub struct CustomerAt {
    pub customer: Keyed,
    /// Sorted.
    pub categories: Vec<CategoryKey>,
    pub held_from: DateTime<Utc>,
    /// `None` while any of it is there.
    pub held_to: Option<DateTime<Utc>>,
}

/// A page of the customers whose data is at a place, by id, newest first.
#[derive(Clone, Debug)]
pub struct CustomersAt {
    pub catalog: Arc<Catalog>,
    pub place: AtPlace,
    /// Now unless told.
    pub during: Option<During>,
    /// Only these categories, and what is below them.
    pub categories: Option<Vec<CategoryKey>>,
    pub page: PageRequest,
}

#[derive(FromQueryResult)]
struct Id {
    customer_id: CustomerId,
}

impl Inquiry for CustomersAt {
    const ACTION: Action = Action::SeeCustomersAt;
    const SNAPSHOT: bool = true;
    const SEARCH: bool = true;
    type Output = Page<CustomerAt>;

    fn target(&self) -> Target {
        match self.place {
            AtPlace::System(id) => Target::thing(id),
            AtPlace::ThirdParty(id) => Target::thing(id),
            AtPlace::Incident { id, .. } => Target::thing(id),
        }
    }

    async fn run(self, r: &Reader) -> Result<Page<CustomerAt>, Stop> {
        let (now, systems) = (r.now(), self.systems());
        let during = self.during.unwrap_or(During::at(now));
        let between = (during.from, during.to.unwrap_or(now));
        let (ids, more) = self.customers(r, &systems, between).await?;
        let mut keyed = Keyed::select();
        keyed.push("WHERE c.id IN ").list(ids.iter().map(|id| id.0));
        let customers = r.rows(keyed, Keyed::touch).await?;
        let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.customer_id IN ");
        sql.list(ids.iter().map(|id| id.0)).push(" AND l.system_id IN ").list(systems.iter().map(|id| id.0));
        self.there(&mut sql, between);
        let lines = r.rows(sql, data_location::Entity::touch).await?;

        let mut of = BTreeMap::<CustomerId, Vec<data_location::Model>>::new();
        for line in lines {
            of.entry(line.customer_id).or_default().push(line);
        }
        let customers = customers.into_iter().map(|one| (one.row.id, one)).collect::<BTreeMap<_, _>>();
        let one = |id: &CustomerId| Some(summary(customers.get(id)?.clone(), of.get(id)?));
        let found = ids.iter().filter_map(one).collect();
        let ids = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT l.customer_id FROM data_location l WHERE l.system_id IN ");
            sql.list(systems.iter().map(|id| id.0));
            self.there(sql, between);
        };
        let categories = self.categories.as_deref().unwrap_or_default();
        let total = people::count(r, &self.page, &ids, categories).await?;
        Ok(Page::fetched(&self.page, found, more, |at| vec![at.customer.row.id.to_string()], total))
    }
}

impl CustomersAt {
    fn systems(&self) -> Vec<SystemId> {
        let of = |third_party: ThirdPartyId| {
            let systems = self.catalog.systems.values();
            let theirs = systems.filter(|system| system.third_party_id == Some(third_party));
            theirs.map(|system| system.id).collect()
        };
        match &self.place {
            AtPlace::System(id) => vec![*id],
            AtPlace::ThirdParty(id) => of(*id),
            AtPlace::Incident { systems, .. } => systems.clone(),
        }
    }

    /// Those of a page. Each system gives its own first ones, in the order of an index; together they have those of all.
    async fn customers(
        &self,
        r: &Reader,
        systems: &[SystemId],
        between: Between,
    ) -> Result<(Vec<CustomerId>, bool), Stop> {
        if systems.is_empty() {
            return Ok((Vec::new(), false));
        }
        let order = if self.page.backward { "" } else { " DESC" };
        let most = i64::try_from(self.page.limit + 1).unwrap_or(i64::MAX);
        let mut sql = Sql::default();
        // A statement takes only so many parts.
        for (at, some) in systems.chunks(systems.len().div_ceil(MOST_PARTS)).enumerate() {
            sql.push(if at == 0 { "SELECT x.* FROM (" } else { " UNION SELECT x.* FROM (" });
            sql.push("SELECT DISTINCT l.customer_id FROM data_location l WHERE l.system_id IN ");
            sql.list(some.iter().map(|system| system.0));
            self.there(&mut sql, between);
            for (argument, keys, comparison) in [
                ("after", &self.page.after, " AND l.customer_id < "),
                ("before", &self.page.before, " AND l.customer_id > "),
            ] {
                if let Some(keys) = keys {
                    sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
                }
            }
            sql.push(&format!(" ORDER BY l.customer_id{order} LIMIT ")).bind(most).push(") x");
        }
        sql.push(&format!(" ORDER BY customer_id{order}"));
        let (rows, more) =
            r.some(sql, self.page.limit, |row: &Id| entity::touch::Touch::of(row.customer_id)).await?;
        Ok((rows.into_iter().map(|row| row.customer_id).collect(), more))
    }

    /// Adds that the line `l` is of what is asked for, and was there at any time of that.
    fn there(&self, sql: &mut Sql, (from, to): Between) {
        sql.push(" AND l.held_from <= ").bind(to).push(" AND (l.held_to IS NULL OR l.held_to > ");
        sql.bind(from).push(")");
        if let Some(categories) = &self.categories {
            let below = |key: &&CategoryKey| categories.iter().any(|above| key.is_within(above.as_str()));
            let keys = self.catalog.categories.keys().filter(below);
            sql.push(" AND l.category IN ").list(keys.map(|key| key.0.clone()));
        }
    }
}

/// Parts of a statement that each look at some systems.
const MOST_PARTS: usize = 30;

/// The first and the last moment.
type Between = (DateTime<Utc>, DateTime<Utc>);

fn summary(customer: Keyed, lines: &[data_location::Model]) -> CustomerAt {
    let mut categories = lines.iter().map(|line| line.category.clone()).collect::<Vec<_>>();
    categories.sort();
    categories.dedup();
    let held_from = lines.iter().map(|line| line.held_from).min().unwrap_or(customer.row.created_at);
    let gone = lines.iter().all(|line| line.held_to.is_some());
    let held_to = if gone { lines.iter().filter_map(|line| line.held_to).max() } else { None };
    CustomerAt { customer, categories, held_from, held_to }
}

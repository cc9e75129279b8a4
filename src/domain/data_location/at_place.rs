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
    ids::{CategoryKey, CustomerId, SystemId, ThirdPartyId},
    touch::Recorded,
};
use sea_orm::FromQueryResult;
use std::{collections::BTreeMap, sync::Arc};

/// A place: one system, or all systems of a third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtPlace {
    System(SystemId),
    ThirdParty(ThirdPartyId),
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
    pub as_of: Option<DateTime<Utc>>,
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
        }
    }

    async fn run(self, r: &Reader) -> Result<Page<CustomerAt>, Stop> {
        let moment = self.as_of.unwrap_or_else(|| r.now());
        let (ids, more) = self.customers(r, moment).await?;
        let mut keyed = Keyed::select();
        keyed.push("WHERE c.id IN ").list(ids.iter().map(|id| id.0));
        let customers = r.rows(keyed, Keyed::touch).await?;
        let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.customer_id IN ");
        sql.list(ids.iter().map(|id| id.0));
        self.there(&mut sql, moment);
        let lines = r.rows(sql, data_location::Entity::touch).await?;

        let mut of = BTreeMap::<CustomerId, Vec<data_location::Model>>::new();
        for line in lines {
            of.entry(line.customer_id).or_default().push(line);
        }
        let customers = customers.into_iter().map(|one| (one.row.id, one)).collect::<BTreeMap<_, _>>();
        let one = |id: &CustomerId| Some(summary(customers.get(id)?.clone(), of.get(id)?));
        let found = ids.iter().filter_map(one).collect();
        let ids = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT l.customer_id FROM data_location l WHERE true");
            self.there(sql, moment);
        };
        let categories = self.categories.as_deref().unwrap_or_default();
        let total = people::count(r, &self.page, &ids, categories).await?;
        Ok(Page::fetched(&self.page, found, more, |at| vec![at.customer.row.id.to_string()], total))
    }
}

impl CustomersAt {
    async fn customers(&self, r: &Reader, moment: DateTime<Utc>) -> Result<(Vec<CustomerId>, bool), Stop> {
        let mut sql = Sql::new("SELECT DISTINCT l.customer_id FROM data_location l WHERE true");
        self.there(&mut sql, moment);
        for (argument, keys, comparison) in [
            ("after", &self.page.after, " AND l.customer_id < "),
            ("before", &self.page.before, " AND l.customer_id > "),
        ] {
            if let Some(keys) = keys {
                sql.push(comparison).bind(cursor_id(keys).ok_or_else(|| foreign_cursor(argument))?);
            }
        }
        sql.push(if self.page.backward { " ORDER BY l.customer_id" } else { " ORDER BY l.customer_id DESC" });
        let (rows, more) =
            r.some(sql, self.page.limit, |row: &Id| entity::touch::Touch::of(row.customer_id)).await?;
        Ok((rows.into_iter().map(|row| row.customer_id).collect(), more))
    }

    fn there(&self, sql: &mut Sql, moment: DateTime<Utc>) {
        let here = |system: &&Arc<entity::system::Model>| match self.place {
            AtPlace::System(id) => system.id == id,
            AtPlace::ThirdParty(id) => system.third_party_id == Some(id),
        };
        sql.push(" AND l.system_id IN ")
            .list(self.catalog.systems.values().filter(here).map(|system| system.id.0));
        sql.push(" AND l.held_from <= ").bind(moment).push(" AND (l.held_to IS NULL OR l.held_to > ");
        sql.bind(moment).push(")");
        if let Some(categories) = &self.categories {
            let below = |key: &&CategoryKey| categories.iter().any(|above| key.is_within(above.as_str()));
            let keys = self.catalog.categories.keys().filter(below);
            sql.push(" AND l.category IN ").list(keys.map(|key| key.0.clone()));
        }
    }
}

fn summary(customer: Keyed, lines: &[data_location::Model]) -> CustomerAt {
    let mut categories = lines.iter().map(|line| line.category.clone()).collect::<Vec<_>>();
    categories.sort();
    categories.dedup();
    let held_from = lines.iter().map(|line| line.held_from).min().unwrap_or(customer.row.created_at);
    let gone = lines.iter().all(|line| line.held_to.is_some());
    let held_to = if gone { lines.iter().filter_map(|line| line.held_to).max() } else { None };
    CustomerAt { customer, categories, held_from, held_to }
}

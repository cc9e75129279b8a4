//! The lines of the map of each of several customers, newest first, a page for each.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        catalog::Catalog,
        each_customer::PagesOf,
        justification::Facts,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    data_location,
    enums::DataLocationState,
    ids::{CategoryKey, CustomerId, DataLocationId, SystemId, ThirdPartyId},
    touch::Recorded,
};
use sea_orm::ActiveEnum;
use std::{collections::HashMap, sync::Arc};

/// Which lines: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LocationFilter {
    pub states: Option<Vec<DataLocationState>>,
    pub systems: Option<Vec<SystemId>>,
    pub third_parties: Option<Vec<ThirdPartyId>>,
    /// And what is below them.
    pub categories: Option<Vec<CategoryKey>>,
    /// Something justifies it, or nothing does.
    pub justified: Option<bool>,
    /// Held at that time.
    pub held_at: Option<DateTime<Utc>>,
}

/// Which lines of a customer's map; all, first page, unless told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LocationsOf {
    pub filter: LocationFilter,
    pub page: PageRequest,
}

/// The same page of each customer's map.
#[derive(Clone, Debug)]
pub struct LocationsOfCustomers {
    pub catalog: Arc<Catalog>,
    pub customers: Vec<CustomerId>,
    pub of: LocationsOf,
}

impl Inquiry for LocationsOfCustomers {
    const ACTION: Action = Action::SeeDataMap;
    type Output = HashMap<CustomerId, Page<data_location::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let facts = self.of.filter.justified.map(|_| Facts::new(&self.catalog, r.now()));
        // That there is no line of a category is told as well.
        if let Some(categories) = &self.of.filter.categories {
            for customer in &self.customers {
                r.tells(*customer, categories);
            }
        }
        PagesOf {
            table: "data_location",
            beside: None,
            customers: &self.customers,
            page: &self.of.page,
            condition: &|sql: &mut Sql| self.of.filter.conditions(sql, &self.catalog, facts.as_ref()),
            touch: data_location::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

impl LocationFilter {
    fn conditions(&self, sql: &mut Sql, catalog: &Catalog, facts: Option<&Facts>) {
        if let Some(states) = &self.states {
            sql.push(" AND t.state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if let Some(systems) = &self.systems {
            sql.push(" AND t.system_id IN ").list(systems.iter().map(|id| id.0));
        }
        if let Some(third_parties) = &self.third_parties {
            let theirs = |system: &&Arc<entity::system::Model>| {
                system.third_party_id.is_some_and(|third_party| third_parties.contains(&third_party))
            };
            sql.push(" AND t.system_id IN ")
                .list(catalog.systems.values().filter(theirs).map(|system| system.id.0));
        }
        if let Some(categories) = &self.categories {
            let below = |key: &&CategoryKey| categories.iter().any(|above| key.is_within(above.as_str()));
            sql.push(" AND t.category IN ")
                .list(catalog.categories.keys().filter(below).map(|key| key.0.clone()));
        }
        if let Some(moment) = self.held_at {
            sql.push(" AND t.held_from <= ").bind(moment).push(" AND (t.held_to IS NULL OR t.held_to > ");
            sql.bind(moment).push(")");
        }
        if let (Some(justified), Some(facts)) = (self.justified, facts) {
            sql.push(" AND ");
            facts.decide(sql, "t", justified);
        }
    }
}

/// Those of these lines that there are.
#[derive(Clone, Debug)]
pub struct LocationsByIds(pub Vec<DataLocationId>);

impl Inquiry for LocationsByIds {
    const ACTION: Action = Action::SeeDataMap;
    type Output = Vec<data_location::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<data_location::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM data_location WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, data_location::Entity::touch).await
    }
}

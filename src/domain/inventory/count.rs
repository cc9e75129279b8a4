//! The inventory: how many data locations there are, by whatever they are asked for, now or at an earlier time.

use super::dimension::{Dimension, Raw, Value};
use crate::{
    access::{Code, Inquiry, Reader, Refusal, Sql, Stop},
    domain::{catalog::Catalog, justification::Facts, people},
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{DataLocationState, LegalBasis, Sensitivity},
    ids::{CategoryKey, CustomerId, PurposeKey, ServiceId, SystemId, ThirdPartyId},
};
use sea_orm::{ActiveEnum, DbErr, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// The most groups that one answer has.
pub const MOST_GROUPS: u64 = 10_000;

/// The most dimensions that it is counted by.
const MOST_DIMENSIONS: usize = 4;

/// What is in use, kept, or on its way out.
const THERE: [DataLocationState; 3] =
    [DataLocationState::Held, DataLocationState::Restricted, DataLocationState::DisposalPending];

/// What is counted: every condition given must hold, and a list means any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryFilter {
    pub systems: Option<Vec<SystemId>>,
    pub third_parties: Option<Vec<ThirdPartyId>>,
    /// Only in-house, or only at third parties.
    pub in_house: Option<bool>,
    /// With everything below them.
    pub categories: Option<Vec<CategoryKey>>,
    pub purposes: Option<Vec<PurposeKey>>,
    pub services: Option<Vec<ServiceId>>,
    pub countries: Option<Vec<String>>,
    pub sensitivities: Option<Vec<Sensitivity>>,
    /// What is in use, kept, or on its way out, unless told.
    pub states: Option<Vec<DataLocationState>>,
    pub legal_bases: Option<Vec<LegalBasis>>,
}

/// Counts locations in groups, in the order of their values. Without what customers have ordered, what is counted is kept as a
/// sum, and takes the same time whatever there is; but where a group is so small that it is somebody in particular, they are looked up.
#[derive(Clone, Debug)]
pub struct CountInventory {
    pub catalog: Arc<Catalog>,
    /// One to four different ones.
    pub by: Vec<Dimension>,
    pub filter: InventoryFilter,
    /// Now unless told. In what state something was is not known of the past.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether to count the customers of each group.
    pub customers: bool,
    /// Whether to count the locations of each group that nothing justifies.
    pub unjustified: bool,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One for each dimension, in their order.
    pub key: Vec<(Dimension, Value)>,
    pub locations: i64,
    /// When they were asked for.
    pub customers: Option<i64>,
    /// When they were asked for.
    pub unjustified: Option<i64>,
}

/// A row of the statement; what its keys stand for knows whoever asked.
struct Row {
    keys: Vec<Raw>,
    locations: i64,
    customers: Option<i64>,
    unjustified: Option<i64>,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let names = row.column_names();
        let number = |name: &str| {
            names.iter().any(|one| one == name).then(|| row.try_get::<i64>(prefix, name)).transpose()
        };
        Ok(Self {
            keys: names
                .iter()
                .filter(|name| name.starts_with(KEY))
                .map(|name| Raw::read(row, name))
                .collect::<Result<_, _>>()?,
            locations: row.try_get(prefix, "locations")?,
            customers: number("customers")?,
            unjustified: number("unjustified")?,
        })
    }
}

/// What the columns of the dimensions are called, with a number behind it.
const KEY: &str = "key_";

impl Inquiry for CountInventory {
    const ACTION: Action = Action::CountInventory;
    const SEARCH: bool = true;
    const SNAPSHOT: bool = true;
    /// `None`: there are more groups than an answer may have.
    type Output = Option<Vec<Group>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Option<Vec<Group>>, Stop> {
        self.check(r.now(), "")?;
        let mut sql = Sql::new("SELECT ");
        self.columns(&mut sql, r.now());
        self.from(&mut sql);
        self.conditions(&mut sql);
        let by = self.by.iter().map(|one| one.column()).collect::<Vec<_>>().join(", ");
        sql.push(&format!(" GROUP BY {by} HAVING {} <> 0", self.count()));
        let (rows, more) = r.some::<Row>(sql, MOST_GROUPS, |_| entity::touch::Touch::nobody()).await?;
        if more {
            return Ok(None);
        }
        let group = |row: Row| Group {
            key: self.by.iter().zip(row.keys).map(|(of, raw)| (*of, of.value(raw))).collect(),
            locations: row.locations,
            customers: row.customers,
            unjustified: row.unjustified,
        };
        let mut groups = rows.into_iter().map(group).collect::<Vec<_>>();
        // Here, as the databases do not agree on where nothing comes, or on letters.
        groups.sort_by(|a, b| a.key.cmp(&b.key));
        self.tell_of_few(r, &groups).await?;
        Ok(Some(groups))
    }
}

impl CountInventory {
    /// Whether it can be counted. `within` is where in the input it is asked for.
    pub(in crate::domain) fn check(&self, now: DateTime<Utc>, within: &str) -> Result<(), Stop> {
        let refuse = |path: &str, message: &str| {
            Err(Refusal::new(Code::OutOfRange, message).at(&format!("{within}{path}")).into())
        };
        if self.by.is_empty() || self.by.len() > MOST_DIMENSIONS {
            return refuse("groupBy", "Name one to four dimensions.");
        }
        if (1..self.by.len()).any(|at| self.by[..at].contains(&self.by[at])) {
            return refuse("groupBy", "Name each dimension once.");
        }
        let Some(as_of) = self.as_of else { return Ok(()) };
        if as_of > now {
            return refuse("asOf", "This lies in the future.");
        }
        if self.by.contains(&Dimension::State) {
            return refuse(
                "groupBy",
                "In what state something was is not known of the past: leave out STATE, or `asOf`.",
            );
        }
        if self.filter.states.is_some() {
            return refuse(
                "filter.states",
                "In what state something was is not known of the past: leave out one of both.",
            );
        }
        if self.unjustified {
            return refuse(
                "asOf",
                "What nothing justified is not known of the past: ask without `unjustified`.",
            );
        }
        Ok(())
    }

    /// Whether it depends on what customers have ordered.
    fn is_of_use(&self) -> bool {
        let filter = &self.filter;
        self.by.iter().any(|one| one.is_of_use())
            || filter.purposes.is_some()
            || filter.services.is_some()
            || filter.legal_bases.is_some()
    }

    /// Whether each location has to be looked at, where otherwise the sum is enough.
    fn by_location(&self) -> bool {
        self.is_of_use() || self.as_of.is_some() || self.customers || self.unjustified
    }

    fn count(&self) -> &'static str {
        match (self.by_location(), self.is_of_use()) {
            (false, _) => "CAST(sum(l.locations) AS bigint)",
            (true, false) => "count(*)",
            // Several services may need the same.
            (true, true) => "count(DISTINCT l.id)",
        }
    }

    fn columns(&self, sql: &mut Sql, now: DateTime<Utc>) {
        for (at, dimension) in self.by.iter().enumerate() {
            sql.push(&format!("{} AS {KEY}{at}, ", dimension.column()));
        }
        sql.push(self.count()).push(" AS locations");
        if self.customers {
            sql.push(", count(DISTINCT l.customer_id) AS customers");
        }
        if self.unjustified {
            sql.push(", count(DISTINCT CASE WHEN ");
            Facts::new(&self.catalog, now).decide(sql, "l", false);
            sql.push(" THEN l.id END) AS unjustified");
        }
    }

    fn from(&self, sql: &mut Sql) {
        let of = if self.by_location() { "data_location" } else { "inventory_count" };
        sql.push(&format!(
            " FROM {of} l JOIN system y ON y.id = l.system_id JOIN data_category k ON k.key = l.category"
        ));
        if !self.is_of_use() {
            return;
        }
        let filter = &self.filter;
        let only = filter.purposes.is_some() || filter.services.is_some() || filter.legal_bases.is_some();
        sql.push(if only { " JOIN" } else { " LEFT JOIN" }).push(
            " (subscription s JOIN data_requirement r ON r.service_id = s.service_id JOIN purpose p ON p.key = r.purpose) \
             ON s.customer_id = l.customer_id AND r.category = l.category AND r.system_id = l.system_id",
        );
        match self.as_of {
            None => {
                sql.push(" AND s.ended_at IS NULL AND r.retired_at IS NULL");
            }
            Some(moment) => {
                sql.push(" AND s.started_at <= ")
                    .bind(moment)
                    .push(" AND (s.ended_at IS NULL OR s.ended_at > ");
                sql.bind(moment).push(") AND r.id <= ").bind(last_id(moment));
                sql.push(" AND (r.retired_at IS NULL OR r.retired_at > ").bind(moment).push(")");
            }
        }
    }

    fn conditions(&self, sql: &mut Sql) {
        let filter = &self.filter;
        if let Some(moment) = self.as_of {
            sql.push(" WHERE l.held_from <= ").bind(moment).push(" AND (l.held_to IS NULL OR l.held_to > ");
            sql.bind(moment).push(")");
        } else {
            let states = filter.states.as_deref().unwrap_or(&THERE);
            sql.push(" WHERE l.state IN ").list(states.iter().map(ActiveEnum::to_value));
        }
        if let Some(ids) = &filter.systems {
            sql.push(" AND l.system_id IN ").list(ids.iter().map(|id| id.0));
        }
        if let Some(ids) = &filter.third_parties {
            sql.push(" AND y.third_party_id IN ").list(ids.iter().map(|id| id.0));
        }
        if let Some(in_house) = filter.in_house {
            sql.push(if in_house {
                " AND y.third_party_id IS NULL"
            } else {
                " AND y.third_party_id IS NOT NULL"
            });
        }
        if let Some(above) = &filter.categories {
            sql.push(" AND l.category IN ").list(self.categories(above).into_iter().map(|key| key.0));
        }
        if let Some(countries) = &filter.countries {
            sql.push(" AND y.country IN ").list(countries.iter().cloned());
        }
        if let Some(all) = &filter.sensitivities {
            sql.push(" AND k.sensitivity IN ").list(all.iter().map(ActiveEnum::to_value));
        }
        if let Some(keys) = &filter.purposes {
            sql.push(" AND r.purpose IN ").list(keys.iter().map(|key| key.0.clone()));
        }
        if let Some(ids) = &filter.services {
            sql.push(" AND r.service_id IN ").list(ids.iter().map(|id| id.0));
        }
        if let Some(all) = &filter.legal_bases {
            sql.push(" AND p.legal_basis IN ").list(all.iter().map(ActiveEnum::to_value));
        }
    }

    /// These categories and everything below them.
    fn categories(&self, above: &[CategoryKey]) -> Vec<CategoryKey> {
        let below = |key: &&CategoryKey| above.iter().any(|above| key.is_within(above.as_str()));
        self.catalog.categories.keys().filter(below).cloned().collect()
    }

    /// Whoever so small a number is about that it is somebody in particular is on record.
    async fn tell_of_few(&self, r: &Reader, groups: &[Group]) -> Result<(), Stop> {
        let few = |number: Option<i64>| number.is_some_and(|number| (1..=FEW).contains(&number));
        let (mut all, mut unjustified) = (Vec::new(), Vec::new());
        for group in groups {
            if few(Some(group.locations)) || few(group.customers) {
                all.push(group);
            } else if few(group.unjustified) {
                unjustified.push(group);
            }
        }
        for some in all.chunks(AT_ONCE) {
            self.tell_of(r, some, false).await?;
        }
        for some in unjustified.chunks(AT_ONCE) {
            self.tell_of(r, some, true).await?;
        }
        Ok(())
    }

    async fn tell_of(&self, r: &Reader, groups: &[&Group], unjustified: bool) -> Result<(), Stop> {
        let by_location = Self { customers: true, ..self.clone() };
        let mut sql = Sql::new("SELECT DISTINCT l.customer_id");
        by_location.from(&mut sql);
        by_location.conditions(&mut sql);
        for (at, group) in groups.iter().enumerate() {
            sql.push(if at == 0 { " AND (" } else { " OR " });
            for (place, (dimension, value)) in group.key.iter().enumerate() {
                sql.push(if place == 0 { "(" } else { " AND " }).push(dimension.column());
                value.equals(&mut sql);
            }
            sql.push(")");
        }
        sql.push(")");
        if unjustified {
            sql.push(" AND ");
            Facts::new(&self.catalog, r.now()).decide(&mut sql, "l", false);
        }
        for one in r.numbers::<Whose>(sql).await? {
            r.tells(one.customer_id, &[]);
        }
        Ok(())
    }
}

/// Groups that are looked for in one statement.
const AT_ONCE: usize = 100;

/// See [`people::FEW`].
const FEW: i64 = people::FEW.cast_signed();

#[derive(FromQueryResult)]
struct Whose {
    customer_id: CustomerId,
}

/// The last id that something can have that was put on record by then.
fn last_id(moment: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0xff; 10]).into_uuid()
}

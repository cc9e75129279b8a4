//! Data is put on the map: all of it or none, and only where something justifies it.

use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::gone,
        disposal::settle_lines,
        gate::{RulesOf, standings},
        justification::unjustified,
        period::day_of,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    customer, data_location,
    enums::{Channel, CustomerStatus, DataLocationState, TaskCause},
    ids::{CategoryKey, CustomerId, DataLocationId, SystemId, ThirdPartyId},
    touch::Recorded,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The most lines that one call takes.
pub const MOST: usize = 1_000;

/// A line to be.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub customer_id: CustomerId,
    pub category: CategoryKey,
    pub system_id: SystemId,
    pub external_reference: Option<String>,
    pub source_channel: Channel,
    pub collected_at: DateTime<Utc>,
    pub document_date: Option<NaiveDate>,
}

/// What makes a line that line: recording it again changes nothing.
pub(super) type Key = (CustomerId, SystemId, CategoryKey, String);

/// Lines that are on the map already.
pub(super) type Known = HashMap<Key, data_location::Model>;

/// The row of a new line.
#[must_use]
pub fn line(w: &Writer, new: NewLine) -> data_location::Model {
    data_location::Model {
        id: DataLocationId(w.id()),
        customer_id: new.customer_id,
        category: new.category,
        system_id: new.system_id,
        external_reference: new.external_reference,
        source_channel: new.source_channel,
        collected_at: new.collected_at,
        document_date: new.document_date,
        recorded_by: w.actor_name(),
        state: DataLocationState::Held,
        held_from: new.collected_at,
        held_to: None,
        last_verified_at: None,
    }
}

fn key(row: &data_location::Model) -> Key {
    let external = row.external_reference.clone().unwrap_or_default();
    (row.customer_id, row.system_id, row.category.clone(), external)
}

impl NewLine {
    pub(super) fn key(&self) -> Key {
        let external = self.external_reference.clone().unwrap_or_default();
        (self.customer_id, self.system_id, self.category.clone(), external)
    }

    /// Whether what it names is there, and what it says can be; `path` says how a field is called. The reference is trimmed.
    pub(super) fn check(&mut self, asked: &Asked<'_>, checks: &mut Checks, path: &dyn Fn(&str) -> String) {
        match asked.catalog.categories.get(&self.category) {
            None => checks.refuse(&path("category"), Code::NotFound, "There is no such category."),
            Some(category) if category.retired_at.is_some() => {
                checks.refuse(&path("category"), Code::Retired, "This category is retired.");
            }
            Some(_) => {}
        }
        match asked.catalog.systems.get(&self.system_id) {
            None => checks.refuse(&path("systemId"), Code::NotFound, "There is no such system."),
            Some(system) if system.retired_at.is_some() => {
                checks.refuse(&path("systemId"), Code::Retired, "This system is retired.");
            }
            Some(system) if system.built_in && !asked.own_may_be_there => checks.add(own(&path("systemId"))),
            Some(_) => {}
        }
        if let Some(reference) = &mut self.external_reference {
            *reference = checks.line(&path("externalReference"), reference, BLOCK / 10);
        }
        if self.collected_at > asked.now {
            checks.refuse(&path("collectedAt"), Code::OutOfRange, "This lies in the future.");
        }
        if self.document_date.is_some_and(|date| date > asked.today) {
            checks.refuse(&path("documentDate"), Code::OutOfRange, "This lies in the future.");
        }
    }
}

/// What is to be said of a line at Kartotek itself that is not there.
pub(super) fn own(path: &str) -> Refusal {
    let message = "Kartotek keeps profiles and nothing else, and puts those on the map itself: \
                   register or rectify the customer.";
    Refusal::new(Code::NotJustified, message).at(path)
}

/// What lines are checked by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub catalog: &'a Catalog,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    /// Whether a line at Kartotek itself may be one that is there already, which is looked at later.
    pub own_may_be_there: bool,
}

/// Where data lies, of one customer or of many.
#[derive(Clone, Debug)]
pub struct RecordDataLocations {
    pub catalog: Arc<Catalog>,
    pub lines: Vec<NewLine>,
}

impl Command for RecordDataLocations {
    const ACTION: Action = Action::RecordDataLocations;
    type Output = Vec<data_location::Model>;

    fn target(&self) -> Target {
        let customers = self.lines.iter().map(|line| line.customer_id).collect::<BTreeSet<_>>();
        Target::customers(&customers.into_iter().collect::<Vec<_>>())
    }

    async fn run(mut self, w: &mut Writer) -> Result<Vec<data_location::Model>, Stop> {
        // Before the customers, as whoever else asks the gate does. While it is held, nothing of it is retired.
        let catalog = catalog::held(w, &self.catalog).await?;
        self.check(w.now(), &catalog)?;
        let given = self.given(&catalog);
        let customers = self.check_customers(w).await?;
        let known = known(w, &self.lines).await?;
        self.ask_gate(w, &catalog, given, &known).await?;
        let (mut rows, new) = put(w, &self.lines, &known).await?;
        self.refuse_unjustified(w, &catalog, &rows, &new).await?;
        let found = find_again(w, &mut rows).await?;
        // What comes after a service has ended is only kept, or goes with the rest.
        let ids = new.iter().map(|at| rows[*at].id).chain(found).collect::<Vec<_>>();
        let states = settle_lines(w, &catalog, &customers, &ids, TaskCause::PeriodEnded).await?;
        for row in &mut rows {
            row.state = states.get(&row.id).copied().unwrap_or(row.state);
        }
        Ok(rows)
    }
}

/// Puts lines on the map that are not there yet. Back come the rows in the order of the lines, and the places of the
/// new ones among them.
pub(super) async fn put(
    w: &Writer,
    lines: &[NewLine],
    known: &Known,
) -> Result<(Vec<data_location::Model>, BTreeSet<usize>), Stop> {
    let mut rows = Vec::with_capacity(lines.len());
    let mut new = HashMap::<Key, usize>::new();
    for (at, one) in lines.iter().enumerate() {
        let key = one.key();
        let row = match (known.get(&key), new.get(&key)) {
            (Some(known), _) => known.clone(),
            (None, Some(earlier)) => data_location::Model::clone(&rows[*earlier]),
            (None, None) => {
                new.insert(key, at);
                line(w, one.clone())
            }
        };
        rows.push(row);
    }
    let inserted = new.values().map(|at| rows[*at].clone()).collect::<Vec<_>>();
    w.insert_all::<data_location::Entity>(&inserted).await?;
    for row in &inserted {
        w.changed(row.customer_id, &["dataLocations"]);
    }
    Ok((rows, new.into_values().collect()))
}

/// What was lost, and is said to be there after all, is there. Back come its lines.
pub(super) async fn find_again(
    w: &Writer,
    rows: &mut [data_location::Model],
) -> Result<BTreeSet<DataLocationId>, Stop> {
    let mut found = BTreeSet::new();
    for row in rows.iter_mut().filter(|row| row.state == DataLocationState::LostTrack) {
        row.state = DataLocationState::Held;
        if found.insert(row.id) {
            w.update::<data_location::Entity>(row.clone()).await?;
            w.changed(row.customer_id, &["dataLocations"]);
        }
    }
    Ok(found)
}

/// Puts lines on the map that are not there yet, for a command that has asked the gate.
pub(in crate::domain) async fn put_on_map(
    w: &Writer,
    lines: Vec<NewLine>,
) -> Result<Vec<data_location::Model>, Stop> {
    let known = known(w, &lines).await?;
    put(w, &lines, &known).await.map(|(rows, _)| rows)
}

/// Lines that are on the map already.
pub(super) async fn known(w: &Writer, lines: &[NewLine]) -> Result<Known, Stop> {
    let customers = lines.iter().map(|line| line.customer_id).collect::<BTreeSet<_>>();
    let systems = lines.iter().map(|line| line.system_id).collect::<BTreeSet<_>>();
    // No more than these: what is read stands in the log as seen.
    let categories = lines.iter().map(|line| line.category.clone()).collect::<BTreeSet<_>>();
    // The last two in a form by which nothing can be looked up: PostgreSQL would look up each customer with each system
    // and each category, most of which there are not.
    let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.held_to IS NULL AND l.customer_id IN ");
    sql.list(customers.iter().map(|id| id.0)).push(" AND CASE WHEN l.system_id IN ");
    sql.list(systems.iter().map(|id| id.0)).push(" THEN l.category IN ");
    sql.list(categories.iter().map(|key| key.0.clone())).push(" ELSE false END");
    let rows = w.rows(sql, data_location::Entity::touch).await?;
    Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
}

impl RecordDataLocations {
    /// The lines, each with what it names. References are trimmed, so that one record over there is one line here.
    fn check(&mut self, now: DateTime<Utc>, catalog: &Catalog) -> Result<(), Stop> {
        let mut checks = Checks::new();
        if self.lines.is_empty() {
            checks.refuse("locations", Code::Required, "Give at least one.");
        }
        checks.at_most("locations", &self.lines, MOST);
        let today = day_of(now, &catalog.zone());
        let asked = Asked { catalog, now, today, own_may_be_there: false };
        for (at, line) in self.lines.iter_mut().enumerate() {
            line.check(&asked, &mut checks, &|field| format!("locations.{at}.{field}"));
        }
        checks.finish()
    }

    /// The places of lines at third parties that are no import, and whose they are.
    fn given(&self, catalog: &Catalog) -> Vec<(usize, ThirdPartyId)> {
        let lines = self.lines.iter().enumerate();
        let given = lines.filter(|(_, line)| line.source_channel != Channel::Import);
        given
            .filter_map(|(at, line)| Some((at, catalog.systems.get(&line.system_id)?.third_party_id?)))
            .collect()
    }

    /// Nothing is given to a third party but through the gate. What lies there already is put on the map, or is there.
    async fn ask_gate(
        &self,
        w: &Writer,
        catalog: &Catalog,
        given: Vec<(usize, ThirdPartyId)>,
        known: &Known,
    ) -> Result<(), Stop> {
        let new = given.into_iter().map(|(at, third_party)| (at, &self.lines[at], third_party));
        let new = new.filter(|(_, line, _)| !known.contains_key(&line.key())).collect::<Vec<_>>();
        if new.is_empty() {
            return Ok(());
        }
        let rules = RulesOf { catalog, today: day_of(w.now(), &catalog.zone()) };
        let all = standings(w, &new.iter().map(|(_, line, _)| line.customer_id).collect()).await?;
        let mut checks = Checks::new();
        for (at, line, third_party) in new {
            let Some(standing) = all.get(&line.customer_id) else { continue };
            for blocker in standing.blockers_at(third_party, line.system_id, &line.category, &rules) {
                let field = if blocker.purpose.is_some() { "category" } else { "systemId" };
                checks.refuse(&format!("locations.{at}.{field}"), blocker.code.into(), blocker.message);
            }
        }
        checks.finish()
    }

    /// The customers, locked until the commit: none is disposed of meanwhile, and nobody else records the same line.
    async fn check_customers(&self, w: &Writer) -> Result<Vec<customer::Model>, Stop> {
        let ids = self.lines.iter().map(|line| line.customer_id).collect::<BTreeSet<_>>();
        let query = customer::Entity::find()
            .filter(customer::Column::Id.is_in(ids))
            .order_by_asc(customer::Column::Id);
        let found = w.lock_all(query).await?;
        let status = found.iter().map(|row| (row.id, row.status)).collect::<HashMap<_, _>>();
        let mut checks = Checks::new();
        for (at, line) in self.lines.iter().enumerate() {
            let path = format!("locations.{at}.customerId");
            match status.get(&line.customer_id) {
                None => checks.refuse(&path, Code::NotFound, "There is no such customer."),
                Some(CustomerStatus::Anonymized | CustomerStatus::Erased) => {
                    checks.refuse(&path, Code::CustomerGone, gone(&path).message);
                }
                Some(CustomerStatus::Restricted) => {
                    let message = "Processing is restricted on the customer's request (Art. 18).";
                    checks.refuse(&path, Code::CustomerRestricted, message);
                }
                Some(CustomerStatus::Active | CustomerStatus::Dormant) => {}
            }
        }
        checks.finish()?;
        Ok(found)
    }

    /// Of the new lines, those that nothing justifies are refused, and with them all. What an import brings lies
    /// there already: it is put on the map, where it shows as unjustified.
    async fn refuse_unjustified(
        &self,
        w: &Writer,
        catalog: &Catalog,
        rows: &[data_location::Model],
        new: &BTreeSet<usize>,
    ) -> Result<(), Stop> {
        let judged = new.iter().copied().filter(|at| self.lines[*at].source_channel != Channel::Import);
        let judged = judged.collect::<Vec<_>>();
        let ids = judged.iter().map(|at| rows[*at].id).collect::<Vec<_>>();
        let unjustified = unjustified(w, catalog, &ids).await?;
        let mut checks = Checks::new();
        for at in judged.into_iter().filter(|at| unjustified.contains(&rows[*at].id)) {
            let line = &self.lines[at];
            let message = format!(
                "No live service of this customer and no law needs {} at this system: start the service first, or \
                 record it with the channel IMPORT if it lies there already.",
                line.category
            );
            checks.refuse(&format!("locations.{at}"), Code::NotJustified, message);
        }
        checks.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        catalog::{CreateDataCategory, RetireDataCategory},
        testing::{Customer, Ground},
    };

    #[tokio::test]
    async fn what_another_server_took_out_of_use_or_added_a_moment_ago_is_seen() {
        let ground = Ground::demo().await;
        let customer_id = ground.run(Customer::default()).await;
        let system_id = ground.system("Faktureringssystem").await;
        let record = |catalog: &Arc<Catalog>, reference: &str| RecordDataLocations {
            catalog: catalog.clone(),
            lines: vec![NewLine {
                customer_id,
                category: "user.bonus".into(),
                system_id,
                external_reference: Some(reference.to_owned()),
                source_channel: Channel::Import,
                collected_at: ground.door().now(),
                document_date: None,
            }],
        };
        let old = ground.catalog().await;
        let create = CreateDataCategory {
            key: "user.bonus".to_owned(),
            name: "Bonuspoäng".to_owned(),
            description: None,
            sensitivity: None,
            translations: vec![],
        };
        ground.refuses(record(&old, "B-1"), &[(Code::NotFound, "locations.0.category")]).await;
        ground.run(create).await;
        let lines = ground.run(record(&old, "B-1")).await;
        // One record over there is one line here.
        assert_eq!(ground.run(record(&old, " B-1\u{a0}")).await, lines);
        ground.refuses(record(&old, " "), &[(Code::Required, "locations.0.externalReference")]).await;

        ground.clear().await;
        let with = ground.catalog().await;
        ground.run(RetireDataCategory { category: "user.bonus".into() }).await;
        ground.refuses(record(&with, "B-1"), &[(Code::Retired, "locations.0.category")]).await;
    }
}

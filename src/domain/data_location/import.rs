//! Where customers' data lies already is put on the map, many lines in one transaction.

use super::record::{self, Asked, NewLine, find_again, known, put};
use crate::{
    access::{Code, Command, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::Checks,
        customer::Whose,
        disposal::settle_lines,
        import::{Chunk, Imported, Tally},
        period::day_of,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    enums::{Channel, DataLocationState, ImportKind, TaskCause},
    ids::{CategoryKey, SystemId},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// A line of the map as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataLocationRow {
    /// The customer's reference.
    pub customer: String,
    /// The system's name.
    pub system: String,
    /// The category's key.
    pub category: String,
    pub external_reference: Option<String>,
    pub collected_at: DateTime<Utc>,
    pub document_date: Option<NaiveDate>,
}

/// Puts on the map what lies where it lies already. Nobody is asked whether it may: what nothing justifies shows as such.
#[derive(Clone, Debug)]
pub struct ImportDataLocations {
    pub catalog: Arc<Catalog>,
    pub chunk: Chunk<DataLocationRow>,
}

impl Command for ImportDataLocations {
    const ACTION: Action = Action::ImportDataLocations;
    type Output = Imported;

    fn target(&self) -> Target {
        Target::thing(self.chunk.import)
    }

    async fn run(self, w: &mut Writer) -> Result<Imported, Stop> {
        let opened = match self.chunk.open(w, ImportKind::DataLocations).await? {
            Ok(opened) => opened,
            Err(before) => return Ok(before),
        };
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut tally = Tally::default();
        let whose = Whose::lock(w, self.chunk.rows.iter().map(|row| row.customer.as_str())).await?;
        let lines = self.read(w, &catalog, &whose, &mut tally);
        let (own, lines): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, line)| is_own(&catalog, line));
        let lines = lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>();
        unchanged(w, own, &mut tally).await?;
        let known = known(w, &lines).await?;
        let (mut rows, new) = put(w, &lines, &known).await?;
        let found = find_again(w, &mut rows).await?;
        tally.created += new.len() + found.len();
        tally.unchanged += rows.len() - new.len() - found.len();
        let ids = new.iter().map(|at| rows[*at].id).chain(found).collect::<Vec<_>>();
        let customers = rows.iter().map(|row| row.customer_id).collect::<BTreeSet<_>>();
        // What comes after a service has ended is only kept, or goes with the rest.
        let settled = settle_lines(w, &catalog, &whose.among(&customers), &ids, TaskCause::Import).await?;
        let pending = settled.values().filter(|state| **state == DataLocationState::DisposalPending);
        tally.disposal_pending += pending.count();
        self.chunk.close(w, opened, tally).await
    }
}

impl ImportDataLocations {
    /// The rows that make sense, as lines, each with its place.
    fn read(&self, w: &Writer, catalog: &Catalog, whose: &Whose, tally: &mut Tally) -> Vec<(usize, NewLine)> {
        let live = catalog.systems.values().filter(|system| system.retired_at.is_none());
        let systems = live.map(|system| (system.name.as_str(), system.id)).collect::<HashMap<_, SystemId>>();
        let now = w.now();
        let today = day_of(now, &catalog.zone());
        let asked = Asked { catalog, now, today, own_may_be_there: true };
        let column = |field: &str| if field == "systemId" { "system" } else { field }.to_owned();
        let mut lines = Vec::with_capacity(self.chunk.rows.len());
        for (at, row) in self.chunk.rows.iter().enumerate() {
            let mut checks = Checks::new();
            let customer = whose.of(at, &row.customer, tally);
            let Some(system) = systems.get(row.system.trim()) else {
                checks.refuse("system", Code::NotFound, "No system in use has this name.");
                tally.check(at, checks);
                continue;
            };
            let mut line = NewLine {
                customer_id: customer.map_or_else(|| uuid::Uuid::nil().into(), |customer| customer.id),
                category: CategoryKey(row.category.trim().to_owned()),
                system_id: *system,
                external_reference: row.external_reference.clone(),
                source_channel: Channel::Import,
                collected_at: row.collected_at,
                document_date: row.document_date,
            };
            line.check(&asked, &mut checks, &column);
            if tally.check(at, checks) && customer.is_some() {
                lines.push((at, line));
            }
        }
        lines
    }
}

fn is_own(catalog: &Catalog, line: &NewLine) -> bool {
    catalog.systems.get(&line.system_id).is_some_and(|system| system.built_in)
}

/// What Kartotek itself keeps comes and goes with a profile. A file that says what is there anyway says nothing wrong.
async fn unchanged(w: &Writer, own: Vec<(usize, NewLine)>, tally: &mut Tally) -> Result<(), Stop> {
    if own.is_empty() {
        return Ok(());
    }
    let (places, lines): (Vec<_>, Vec<_>) = own.into_iter().unzip();
    let known = known(w, &lines).await?;
    for (at, line) in places.into_iter().zip(&lines) {
        if known.contains_key(&line.key()) {
            tally.unchanged += 1;
        } else {
            tally.reject(at, record::own("system"));
        }
    }
    Ok(())
}

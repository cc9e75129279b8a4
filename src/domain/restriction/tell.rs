//! Every recipient is told that something is only to be kept, and when that is over (Art. 18(3), 19).

use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        task::{Wanted, Why, call_off, open_tasks},
    },
};
use entity::{
    data_location,
    enums::TaskAction,
    ids::{CustomerId, DataLocationId, SystemId},
    task,
    touch::Recorded,
};
use std::collections::{BTreeMap, BTreeSet};

/// Opens a task at each place that holds something of the customer's, except where the program itself keeps it.
pub(super) async fn tell(
    w: &Writer,
    catalog: &Catalog,
    customer: CustomerId,
    why: Why,
) -> Result<Vec<task::Model>, Stop> {
    let places = places(w, catalog, customer).await?;
    open_tasks(w, catalog, wanted(w, customer, places, why, false)).await
}

/// Calls off what nobody was told of yet, and tells those who were that it is over.
pub(super) async fn take_back(
    w: &Writer,
    catalog: &Catalog,
    customer: CustomerId,
    why: Why,
) -> Result<Vec<task::Model>, Stop> {
    let mut sql = Sql::new("SELECT t.* FROM task t WHERE t.action = 'RESTRICT' AND t.customer_id = ");
    sql.bind(customer.0).push(" ORDER BY t.id");
    let mut told = BTreeSet::new();
    for task in w.rows(sql, task::Entity::touch).await? {
        let is_open = task.finished_at.is_none();
        let may_know = task.sent_at.is_some() || task.attempts > 0;
        if is_open && !may_know {
            call_off(w, task).await?;
        } else if task.lifts {
            told.remove(&task.system_id);
        } else if is_open || !task.outcome.is_some_and(superseded) {
            told.insert(task.system_id);
        }
    }
    let mut places = places(w, catalog, customer).await?;
    places.retain(|system, _| told.contains(system));
    open_tasks(w, catalog, wanted(w, customer, places, why, true)).await
}

fn superseded(outcome: entity::enums::TaskOutcome) -> bool {
    outcome == entity::enums::TaskOutcome::Superseded
}

type Places = BTreeMap<SystemId, Vec<DataLocationId>>;

async fn places(w: &Writer, catalog: &Catalog, customer: CustomerId) -> Result<Places, Stop> {
    let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.held_to IS NULL AND l.customer_id = ");
    sql.bind(customer.0).push(" AND l.state <> 'LOST_TRACK'");
    if let Some(own) = catalog.built_in_system() {
        sql.push(" AND l.system_id <> ").bind(own.id.0);
    }
    sql.push(" ORDER BY l.id");
    let mut places = Places::new();
    for line in w.rows(sql, data_location::Entity::touch).await? {
        places.entry(line.system_id).or_default().push(line.id);
    }
    Ok(places)
}

fn wanted(w: &Writer, customer: CustomerId, places: Places, why: Why, lifts: bool) -> Vec<Wanted> {
    let wanted = |(system, lines)| Wanted {
        customer,
        system,
        action: TaskAction::Restrict,
        lifts,
        at: w.now(),
        why,
        lines,
    };
    places.into_iter().map(wanted).collect()
}

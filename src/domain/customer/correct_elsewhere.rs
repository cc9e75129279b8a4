//! What was corrected here is put right at every place that holds it (Art. 16, 19).

use crate::{
    access::{Profile, Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        task::{
            Corrections, Earlier, Owner, Wanted, Why, carry_over, corrections_under_way, open_tasks, seal,
        },
    },
    policy::ProfileField,
};
use entity::{
    customer, data_location,
    enums::{CustomerStatus, DataLocationState, SealedKind, TaskAction, TaskCause},
    ids::{CategoryKey, DataLocationId, SystemId},
    task,
};
use std::collections::{BTreeMap, BTreeSet};

/// Opens a task at each system that holds what has another value now. One that nobody was told of yet is part of the new
/// one: it is asked for once, and for what is right in the end.
///
/// What only the law keeps stays as it was when it had to be kept. What was taken out of the profile is no correction.
pub(super) async fn correct_elsewhere(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
    (before, after): (&Profile, &Profile),
    why: Why,
) -> Result<Vec<task::Model>, Stop> {
    let mut right = Corrections::new();
    for field in ProfileField::ALL {
        let (old, new) = (before.get(field), after.get(field));
        let Some(new) = new.filter(|_| old != new) else { continue };
        let put = right.entry(CategoryKey::from(field.category())).or_default();
        put.old.extend(old.map(str::to_owned));
        new.clone_into(&mut put.new);
    }
    if right.is_empty() {
        return Ok(Vec::new());
    }
    let mut places = BTreeMap::<SystemId, Place>::new();
    for line in held(w, catalog, customer, &right).await? {
        // A place that holds all of somebody's contact details holds their phone number, too.
        let theirs = right.iter().filter(|(category, _)| category.is_within(line.category.as_str()));
        let theirs = theirs.map(|(category, put)| (category.clone(), put.clone())).collect::<Corrections>();
        if !theirs.is_empty() {
            let place = places.entry(line.system_id).or_default();
            place.lines.insert(line.id);
            place.corrections.extend(theirs);
        }
    }
    let systems = places.keys().copied().collect::<Vec<_>>();
    let mut merged = BTreeSet::new();
    for earlier in corrections_under_way(w, customer.id, &systems).await? {
        merged.insert(earlier.task.id);
        if let Some(place) = places.get_mut(&earlier.task.system_id) {
            place.add(earlier);
        }
    }
    let wanted = places.iter().map(|(system, place)| Wanted {
        customer: customer.id,
        system: *system,
        action: TaskAction::Rectify,
        lifts: false,
        at: w.now(),
        why: Why { cause: place.cause.unwrap_or(why.cause), ..why },
        lines: place.lines.iter().copied().collect(),
    });
    let tasks = open_tasks(w, catalog, wanted.collect()).await?;
    carry_over(w, &merged, tasks.iter().map(|task| task.id)).await?;
    for task in &tasks {
        let Some(place) = places.get(&task.system_id) else { continue };
        let owner = Owner::Task(task.id, task.data_request_id);
        seal(w, (customer.id, owner), SealedKind::Correction, &place.corrections).await?;
    }
    Ok(tasks)
}

/// What is to be put right at one system.
#[derive(Default)]
struct Place {
    lines: BTreeSet<DataLocationId>,
    corrections: Corrections,
    /// Why it is put right, where a customer's request is not all.
    cause: Option<TaskCause>,
}

impl Place {
    /// What was to be put right before and is not by now is put right together with it.
    fn add(&mut self, earlier: Earlier) {
        self.lines.extend(earlier.lines);
        for (category, put) in earlier.corrections {
            match self.corrections.get_mut(&category) {
                Some(now) => now.old.extend(put.old.into_iter().chain([put.new])),
                None => drop(self.corrections.insert(category, put)),
            }
        }
        if earlier.task.cause != TaskCause::DataRequest {
            self.cause = Some(earlier.task.cause);
        }
    }
}

/// What others hold and use of the customer's that may hold what changed; or only keep, as the customer asked for that (Art. 18);
/// or said that they keep for themselves.
async fn held(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
    right: &Corrections,
) -> Result<Vec<data_location::Model>, Stop> {
    let mut states = vec![DataLocationState::Held];
    if customer.status == CustomerStatus::Restricted {
        states.push(DataLocationState::Restricted);
    }
    let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.held_to IS NULL AND l.customer_id = ");
    sql.bind(customer.id.0).push(" AND (l.state IN ").list(states);
    sql.push(" OR l.state = 'DISPOSAL_PENDING' AND EXISTS (SELECT 1 FROM task_location x JOIN task t ON t.id = x.task_id ");
    sql.push("WHERE x.data_location_id = l.id AND t.action IN ('ERASE', 'ANONYMIZE') AND t.outcome IN ('KEPT', 'IMPOSSIBLE') AND NOT x.overtaken))");
    if let Some(own) = catalog.built_in_system() {
        sql.push(" AND l.system_id <> ").bind(own.id.0);
    }
    let within = right.keys().flat_map(|category| above(category.as_str()));
    sql.push(" AND l.category IN ").list(within.map(str::to_owned)).push(" ORDER BY l.id");
    w.numbers(sql).await
}

/// A category, and all that it is part of.
fn above(category: &str) -> impl Iterator<Item = &str> {
    let ends = category.match_indices('.').map(|(at, _)| at).chain([category.len()]);
    ends.filter_map(|end| category.get(..end))
}

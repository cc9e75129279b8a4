//! A line of the record: what is done for one purpose, for one service or for the company as a whole.

use super::time_limit::TimeLimit;
use crate::domain::{catalog::Catalog, third_party::is_in_eea};
use entity::{
    data_requirement,
    enums::{Channel, CustomerKind, DisposalMethod, TrustStatus},
    ids::{CategoryKey, PurposeKey, ServiceId, SystemId, ThirdPartyId},
    service,
};
use std::collections::{BTreeMap, BTreeSet};

/// One line of Art. 30(1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The same from one record to the next: the service's key and the purpose's, or the purpose's alone.
    pub key: String,
    pub service: Option<ServiceId>,
    /// (b)
    pub purpose: PurposeKey,
    /// (c) whose data: the kinds of those who have the service.
    pub subjects: Vec<CustomerKind>,
    /// (c) which data
    pub categories: Vec<CategoryKey>,
    /// By which ways what lies there came.
    pub sources: Vec<Channel>,
    pub systems: Vec<SystemId>,
    /// (d)
    pub recipients: Vec<ThirdPartyId>,
    /// (e)
    pub transfers: Vec<Transfer>,
    /// (f)
    pub time_limits: Vec<TimeLimit>,
}

/// One line of Art. 30(2): a service under which the company is its customers' processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessorActivity {
    pub service: ServiceId,
    /// (b)
    pub processing: Vec<String>,
    pub systems: Vec<SystemId>,
    pub sub_processors: Vec<ThirdPartyId>,
    /// (c)
    pub transfers: Vec<Transfer>,
}

/// A transfer out of the European Economic Area.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transfer {
    pub third_party: ThirdPartyId,
    /// ISO 3166-1 alpha-2: where the data is, or who has it.
    pub country: String,
}

/// What is known of maps: whose data a service is about, and by which ways what lies where came there.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub subjects: BTreeMap<ServiceId, BTreeSet<CustomerKind>>,
    pub sources: BTreeMap<(SystemId, CategoryKey), BTreeSet<Channel>>,
}

impl Known {
    fn everybody(&self) -> BTreeSet<CustomerKind> {
        self.subjects.values().flatten().copied().collect()
    }

    fn sources(&self, at: &BTreeSet<(SystemId, CategoryKey)>) -> Vec<Channel> {
        let sources = at.iter().filter_map(|place| self.sources.get(place)).flatten().copied();
        sources.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A service that can be ordered, or that somebody still has.
pub(super) fn is_in_use(row: &service::Model, known: &Known) -> bool {
    row.retired_at.is_none() || known.subjects.contains_key(&row.id)
}

/// What services do, each purpose by itself, and what the law has the company do.
pub(super) fn activities(catalog: &Catalog, known: &Known) -> Vec<Activity> {
    let mut services = catalog.services.values().filter(|row| is_in_use(row, known)).collect::<Vec<_>>();
    services.sort_by(|a, b| a.key.cmp(&b.key));
    let mut all = Vec::new();
    for row in services {
        let mut by_purpose = BTreeMap::<&PurposeKey, Vec<&data_requirement::Model>>::new();
        for need in catalog.requirements_of(row.id) {
            by_purpose.entry(&need.purpose).or_default().push(need);
        }
        for (purpose, needs) in by_purpose {
            let subjects = known.subjects.get(&row.id).cloned().unwrap_or_default();
            let limits = needs.iter().flat_map(|need| TimeLimit::of_need(need, catalog));
            let of = (Some(row.id), purpose.clone(), format!("{}/{purpose}", row.key));
            all.push(activity(catalog, known, of, subjects, &needs, limits.collect()));
        }
    }
    all.extend(by_law(catalog, known));
    all
}

/// What rules of retention make the company keep, whatever anybody ordered: what services bring there for that, and what those have
/// left there that do so no more.
fn by_law(catalog: &Catalog, known: &Known) -> Vec<Activity> {
    let rules = catalog.retention_rules.values().filter(|rule| rule.retired_at.is_none());
    let mut by_purpose = BTreeMap::<&PurposeKey, Vec<_>>::new();
    for rule in rules {
        by_purpose.entry(&rule.purpose).or_default().push(rule);
    }
    let one = |(purpose, rules): (&PurposeKey, Vec<&std::sync::Arc<entity::retention_rule::Model>>)| {
        let kept = |need: &&data_requirement::Model| {
            need.purpose == *purpose
                && rules.iter().any(|rule| need.category.is_within(rule.category.as_str()))
                && (need.retired_at.is_none()
                    || known.sources.contains_key(&(need.system_id, need.category.clone())))
        };
        let needs = catalog.requirements.values().map(AsRef::as_ref).filter(kept).collect::<Vec<_>>();
        let limit = |rule: &std::sync::Arc<entity::retention_rule::Model>| TimeLimit {
            category: rule.category.clone(),
            grace: None,
            on_end: DisposalMethod::Erase,
            rule: Some(rule.id),
        };
        let limits = rules.iter().map(|rule| limit(rule)).collect();
        let of = (None, purpose.clone(), purpose.to_string());
        activity(catalog, known, of, known.everybody(), &needs, limits)
    };
    by_purpose.into_iter().map(one).collect()
}

fn activity(
    catalog: &Catalog,
    known: &Known,
    (service, purpose, key): (Option<ServiceId>, PurposeKey, String),
    subjects: BTreeSet<CustomerKind>,
    needs: &[&data_requirement::Model],
    limits: BTreeSet<TimeLimit>,
) -> Activity {
    let at = needs.iter().map(|need| (need.system_id, need.category.clone())).collect::<BTreeSet<_>>();
    let systems = at.iter().map(|(system, _)| *system).collect::<BTreeSet<_>>();
    let categories = at.iter().map(|(_, category)| category.clone()).collect::<BTreeSet<_>>();
    Activity {
        key,
        service,
        purpose,
        subjects: subjects.into_iter().collect(),
        categories: categories.into_iter().collect(),
        sources: known.sources(&at),
        recipients: holders(catalog, &systems),
        transfers: transfers(catalog, &systems),
        systems: systems.into_iter().collect(),
        time_limits: limits.into_iter().collect(),
    }
}

/// What the company does on its customers' behalf.
pub(super) fn processor_activities(catalog: &Catalog, known: &Known) -> Vec<ProcessorActivity> {
    let services = catalog.services.values().filter(|row| is_in_use(row, known));
    let mut services = services.filter(|row| !row.processed_on_behalf.0.is_empty()).collect::<Vec<_>>();
    services.sort_by(|a, b| a.key.cmp(&b.key));
    let one = |row: &std::sync::Arc<service::Model>| {
        let systems = catalog.requirements_of(row.id).map(|need| need.system_id).collect::<BTreeSet<_>>();
        ProcessorActivity {
            service: row.id,
            processing: row.processed_on_behalf.0.clone(),
            sub_processors: holders(catalog, &systems),
            transfers: transfers(catalog, &systems),
            systems: systems.into_iter().collect(),
        }
    };
    services.into_iter().map(one).collect()
}

/// The third parties that have these systems, and those that work for them, and for those.
pub(super) fn holders(catalog: &Catalog, systems: &BTreeSet<SystemId>) -> Vec<ThirdPartyId> {
    let holders = systems.iter().filter_map(|id| catalog.systems.get(id)?.third_party_id);
    let mut all = holders.collect::<BTreeSet<_>>();
    let mut next = all.clone();
    while !next.is_empty() {
        let work_for = |row: &&std::sync::Arc<entity::third_party::Model>| {
            row.status != TrustStatus::Retired && row.sub_processor_of.is_some_and(|id| next.contains(&id))
        };
        let found = catalog.third_parties.values().filter(work_for).map(|row| row.id);
        next = found.filter(|id| !all.contains(id)).collect();
        all.extend(&next);
    }
    all.into_iter().collect()
}

/// Where a third party's system is, and where the third party itself is: each may be outside.
fn transfers(catalog: &Catalog, systems: &BTreeSet<SystemId>) -> Vec<Transfer> {
    let mut all = BTreeSet::new();
    let mut add = |third_party: ThirdPartyId, country: &String| {
        if !is_in_eea(country) {
            all.insert(Transfer { third_party, country: country.clone() });
        }
    };
    for system in systems.iter().filter_map(|id| catalog.systems.get(id)) {
        if let Some(holder) = system.third_party_id {
            add(holder, &system.country);
        }
    }
    for party in holders(catalog, systems).iter().filter_map(|id| catalog.third_parties.get(id)) {
        add(party.id, &party.country);
    }
    all.into_iter().collect()
}

/// How these systems, and those who have them, protect data, each measure once.
#[must_use]
pub(super) fn measures(catalog: &Catalog, systems: &[SystemId]) -> Vec<String> {
    let mut all = Vec::<String>::new();
    let systems = systems.iter().filter_map(|id| catalog.systems.get(id));
    for system in systems {
        let holder = system.third_party_id.and_then(|id| catalog.third_parties.get(&id));
        let theirs = holder.iter().flat_map(|party| &party.measures.0);
        for measure in system.measures.0.iter().chain(theirs) {
            if !all.contains(measure) {
                all.push(measure.clone());
            }
        }
    }
    all
}

impl Activity {
    /// (g)
    #[must_use]
    pub fn measures(&self, catalog: &Catalog) -> Vec<String> {
        measures(catalog, &self.systems)
    }
}

impl ProcessorActivity {
    /// (d)
    #[must_use]
    pub fn measures(&self, catalog: &Catalog) -> Vec<String> {
        measures(catalog, &self.systems)
    }
}

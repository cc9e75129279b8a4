//! What cannot be joined is loaded in batches: each kind for everything one root field shows, in one statement.
//! Loaders belong to one root field of one request and go through its [`Access`], so that its event is theirs.

mod of_findings;

use crate::{
    access::{Access, Inquiry, Stop},
    domain::{
        audit::{
            AuditPage, EventRow, EventsByIds, EventsOfCustomers, Inclusion, PlacesOfEvents, ProveEvents,
        },
        catalog::Catalog,
        consent::{ConsentParts, ConsentsByIds, ConsentsOf, ConsentsOfCustomers, PartsOfConsents},
        customer::{CustomersByIds, Keyed},
        data_location::{LocationsByIds, LocationsOf, LocationsOfCustomers},
        data_request::{
            CategoriesOfRequests, Export, ExportsFor, PausesOfRequests, PlansOfRequests, RepliesTo, Reply,
            Request, RequestsByIds, RequestsOf, RequestsOfCustomers, TasksOfRequest, TasksOfRequests,
        },
        disclosure::{
            CategoriesOfDisclosures, DisclosuresOf, DisclosuresOfCustomers, Recipient, RecipientsOf,
            RecipientsOfCustomers,
        },
        disposal::{PlansByIds, SystemCount, SystemsOfPlans},
        job::JobsByIds,
        justification::{Justification, JustifyLocations},
        legal_hold::{CategoriesOfHolds, HoldsByIds, HoldsOf, HoldsOfCustomers},
        notice::{LinesOfNotices, NoticesByIds, NoticesOf, NoticesOfCustomers},
        page::{Page, PageRequest},
        reconciliation::{
            DifferencesOf, Differing, KindsOf, LastReconciled, ReconciliationsOf, WhomDifferences,
        },
        restriction::RestrictionsOfCustomers,
        subscription::{SubscriptionsByIds, SubscriptionsOf, SubscriptionsOfCustomers},
        system::StatesOfConnectors,
        task::{
            EvidenceOfTasks, FormerReferences, LinesOfTasks, PartsOfTasks, TaskFilter, TasksByIds, TasksOf,
            TasksOfCustomers,
        },
    },
    policy::Action,
};
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use chrono::{DateTime, Utc};
use entity::{
    connector_state, consent, data_location, data_request_pause, disclosure, disposal_plan,
    ids::{
        AuditEventId, CategoryKey, ConsentId, CustomerId, DataLocationId, DataRequestId, DifferenceId,
        DisclosureId, DisposalPlanId, JobId, LegalHoldId, NoticeId, ReconciliationId, SubscriptionId,
        SystemId, TaskId,
    },
    job, legal_hold, notice, notice_line, reconciliation, reconciliation_difference, restriction,
    subscription, task, task_evidence,
};
use std::{collections::HashMap, hash::Hash, sync::Arc, time::Duration};

/// How long a loader gathers keys before it asks.
const PATIENCE: Duration = Duration::from_millis(1);

/// The loaders of one root field.
pub struct Loaders {
    pub batch: DataLoader<Batch, HashMapCache>,
}

impl std::fmt::Debug for Loaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loaders")
    }
}

impl Loaders {
    pub fn new(access: &Access, catalog: Arc<Catalog>) -> Self {
        let batch = Batch { access: access.clone(), catalog };
        // As long as the executor takes to ask for a large page's worth: with less, one batch becomes many.
        let loader = DataLoader::with_cache(batch, tokio::spawn, HashMapCache::default()).delay(PATIENCE);
        Self { batch: loader }
    }
}

/// Reads batches through the root field's access.
#[derive(Clone, Debug)]
pub struct Batch {
    access: Access,
    catalog: Arc<Catalog>,
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Stop>>;

impl Batch {
    async fn read<I: Inquiry>(&self, inquiry: I) -> Result<I::Output, Arc<Stop>> {
        self.access.read(inquiry).await.map_err(Arc::new)
    }
}

impl Loader<CustomerId> for Batch {
    type Value = Keyed;
    type Error = Arc<Stop>;

    async fn load(&self, ids: &[CustomerId]) -> Loaded<CustomerId, Keyed> {
        let found = self.read(CustomersByIds(ids.to_vec())).await?;
        Ok(found.into_iter().map(|customer| (customer.row.id, customer)).collect())
    }
}

impl Loader<SubscriptionId> for Batch {
    type Value = subscription::Model;
    type Error = Arc<Stop>;

    async fn load(&self, ids: &[SubscriptionId]) -> Loaded<SubscriptionId, subscription::Model> {
        let found = self.read(SubscriptionsByIds(ids.to_vec())).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<DataLocationId> for Batch {
    type Value = Vec<Justification>;
    type Error = Arc<Stop>;

    async fn load(&self, ids: &[DataLocationId]) -> Loaded<DataLocationId, Vec<Justification>> {
        let facts =
            self.read(JustifyLocations { catalog: self.catalog.clone(), locations: ids.to_vec() }).await?;
        Ok(by_line(ids, facts))
    }
}

/// What justifies each of these lines; a line without any has an empty list.
pub fn by_line(
    lines: &[DataLocationId],
    facts: Vec<Justification>,
) -> HashMap<DataLocationId, Vec<Justification>> {
    let mut of = lines.iter().map(|id| (*id, Vec::new())).collect::<HashMap<_, _>>();
    for fact in facts {
        of.entry(fact.location_id).or_default().push(fact);
    }
    of
}

/// A customer, and which part of one of their lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part<Of>(pub CustomerId, pub Of);

/// Keys that ask for the same part of several customers' lists.
fn grouped<Of: Clone + Eq + Hash>(parts: &[Part<Of>]) -> HashMap<Of, Vec<CustomerId>> {
    let mut groups = HashMap::<Of, Vec<CustomerId>>::new();
    for Part(customer, of) in parts {
        groups.entry(of.clone()).or_default().push(*customer);
    }
    groups
}

macro_rules! parts {
    ($of:ty, $value:ty, |$batch:ident, $customers:ident, $part:ident| $inquiry:expr) => {
        impl Loader<Part<$of>> for Batch {
            type Value = $value;
            type Error = Arc<Stop>;

            async fn load(&self, parts: &[Part<$of>]) -> Loaded<Part<$of>, $value> {
                let mut pages = HashMap::with_capacity(parts.len());
                for ($part, $customers) in grouped(parts) {
                    let $batch = self;
                    let found = self.read($inquiry).await?;
                    pages.extend(found.into_iter().map(|(id, page)| (Part(id, $part.clone()), page)));
                }
                Ok(pages)
            }
        }
    };
}

parts!(LocationsOf, Page<data_location::Model>, |batch, customers, of| LocationsOfCustomers {
    catalog: batch.catalog.clone(),
    customers,
    of: of.clone(),
});
/// One thing by its id, where the id alone asks for what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct One<Id>(pub Id);

macro_rules! by_id {
    ($key:ty, $value:ty, |$keys:ident| $inquiry:expr, |$found:ident| $map:expr) => {
        impl Loader<$key> for Batch {
            type Value = $value;
            type Error = Arc<Stop>;

            async fn load(&self, $keys: &[$key]) -> Loaded<$key, $value> {
                let $found = self.read($inquiry).await?;
                Ok($map)
            }
        }
    };
}

by_id!(
    One<ConsentId>,
    consent::Model,
    |keys| ConsentsByIds(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (One(row.id), row)).collect()
);
by_id!(One<NoticeId>, notice::Model, |keys| NoticesByIds(keys.iter().map(|key| key.0).collect()), |found| {
    found.into_iter().map(|row| (One(row.id), row)).collect()
});
by_id!(ConsentId, ConsentParts, |keys| PartsOfConsents(keys.to_vec()), |found| found.into_iter().collect());
by_id!(NoticeId, Vec<notice_line::Model>, |keys| LinesOfNotices(keys.to_vec()), |found| found
    .into_iter()
    .collect());
by_id!(DisclosureId, Vec<CategoryKey>, |keys| CategoriesOfDisclosures(keys.to_vec()), |found| found
    .into_iter()
    .collect());

by_id!(
    One<DataLocationId>,
    data_location::Model,
    |keys| LocationsByIds(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (One(row.id), row)).collect()
);
by_id!(
    One<LegalHoldId>,
    legal_hold::Model,
    |keys| HoldsByIds(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (One(row.id), row)).collect()
);
/// A customer whose restriction is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RestrictionOf(pub CustomerId);

by_id!(
    RestrictionOf,
    restriction::Model,
    |keys| RestrictionsOfCustomers(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (RestrictionOf(row.customer_id), row)).collect()
);
by_id!(LegalHoldId, Vec<CategoryKey>, |keys| CategoriesOfHolds(keys.to_vec()), |found| found);
by_id!(
    One<DisposalPlanId>,
    disposal_plan::Model,
    |keys| PlansByIds(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (One(row.id), row)).collect()
);
by_id!(One<JobId>, job::Model, |keys| JobsByIds(keys.iter().map(|key| key.0).collect()), |found| found
    .into_iter()
    .map(|row| (One(row.id), row))
    .collect());
by_id!(One<TaskId>, task::Model, |keys| TasksByIds(keys.iter().map(|key| key.0).collect()), |found| found
    .into_iter()
    .map(|row| (One(row.id), row))
    .collect());
by_id!(One<DataRequestId>, Request, |keys| RequestsByIds(keys.iter().map(|key| key.0).collect()), |found| {
    found.into_iter().map(|request| (One(request.row.id), request)).collect()
});
by_id!(DataRequestId, Vec<CategoryKey>, |keys| CategoriesOfRequests(keys.to_vec()), |found| found);
/// A request whose clock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PausesOf(pub DataRequestId);

by_id!(
    PausesOf,
    Vec<data_request_pause::Model>,
    |keys| PausesOfRequests(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|(id, pauses)| (PausesOf(id), pauses)).collect()
);
/// A request whose plan is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanOf(pub DataRequestId);

by_id!(
    PlanOf,
    disposal_plan::Model,
    |keys| PlansOfRequests(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|(id, plan)| (PlanOf(id), plan)).collect()
);

/// A request whose answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyTo(pub DataRequestId);

impl Loader<ReplyTo> for Batch {
    type Value = Arc<Reply>;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[ReplyTo]) -> Loaded<ReplyTo, Arc<Reply>> {
        let requests = keys.iter().map(|key| key.0).collect();
        let found = self.read(RepliesTo { catalog: self.catalog.clone(), requests }).await?;
        Ok(found.into_iter().map(|(id, reply)| (ReplyTo(id), Arc::new(reply))).collect())
    }
}

/// A request for which something may have been gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExportFor(pub DataRequestId);

impl Loader<ExportFor> for Batch {
    type Value = Arc<Export>;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[ExportFor]) -> Loaded<ExportFor, Arc<Export>> {
        let requests = keys.iter().map(|key| key.0).collect();
        let found = self.read(ExportsFor { catalog: self.catalog.clone(), requests }).await?;
        Ok(found.into_iter().map(|(id, export)| (ExportFor(id), Arc::new(export))).collect())
    }
}

impl Loader<TasksOfRequest> for Batch {
    type Value = Vec<task::Model>;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[TasksOfRequest]) -> Loaded<TasksOfRequest, Vec<task::Model>> {
        let mut lists = HashMap::with_capacity(keys.len());
        let mut groups = HashMap::<TaskFilter, Vec<DataRequestId>>::new();
        for TasksOfRequest(request, filter) in keys {
            groups.entry(filter.clone()).or_default().push(*request);
        }
        for (filter, requests) in groups {
            let found = self.read(TasksOfRequests { requests, filter: filter.clone() }).await?;
            lists.extend(found.into_iter().map(|(id, tasks)| (TasksOfRequest(id, filter.clone()), tasks)));
        }
        Ok(lists)
    }
}

/// A task whose evidence is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EvidenceOf(pub TaskId);

by_id!(
    EvidenceOf,
    task_evidence::Model,
    |keys| EvidenceOfTasks(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (EvidenceOf(row.task_id), row)).collect()
);
/// Somebody who is gone, at a system where a task is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FormerReferenceAt(pub CustomerId, pub SystemId);

by_id!(
    FormerReferenceAt,
    String,
    |keys| FormerReferences(keys.iter().map(|key| (key.0, key.1)).collect()),
    |found| found.into_iter().map(|((who, at), number)| (FormerReferenceAt(who, at), number)).collect()
);
by_id!(One<AuditEventId>, EventRow, |keys| EventsByIds(keys.iter().map(|key| key.0).collect()), |found| {
    found.into_iter().map(|row| (One(row.id), row)).collect()
});
/// An event whose place in the log is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlaceOf(pub AuditEventId);

by_id!(PlaceOf, u64, |keys| PlacesOfEvents(keys.iter().map(|key| key.0).collect()), |found| found
    .into_iter()
    .map(|(id, place)| (PlaceOf(id), place))
    .collect());

/// An event that is to be proven, in the tree of which size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InclusionOf(pub AuditEventId, pub Option<i64>);

impl Loader<InclusionOf> for Batch {
    type Value = Inclusion;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[InclusionOf]) -> Loaded<InclusionOf, Inclusion> {
        let mut groups = HashMap::<Option<i64>, Vec<AuditEventId>>::new();
        for InclusionOf(event, size) in keys {
            groups.entry(*size).or_default().push(*event);
        }
        let mut proofs = HashMap::with_capacity(keys.len());
        for (size, events) in groups {
            let found = self.read(ProveEvents { events, size }).await?;
            proofs.extend(found.into_iter().map(|(id, proof)| (InclusionOf(id, size), proof)));
        }
        Ok(proofs)
    }
}

/// How calls to a system have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectorStateOf(pub SystemId);

by_id!(
    ConnectorStateOf,
    connector_state::Model,
    |keys| StatesOfConnectors(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|row| (ConnectorStateOf(row.system_id), row)).collect()
);
/// When a system was last compared with the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReconciledAt(pub SystemId);

by_id!(ReconciledAt, DateTime<Utc>, |keys| LastReconciled(keys.iter().map(|key| key.0).collect()), |found| {
    found.into_iter().map(|(id, at)| (ReconciledAt(id), at)).collect()
});
by_id!(
    One<DifferenceId>,
    reconciliation_difference::Model,
    |keys| WhomDifferences(keys.iter().map(|key| key.0).collect()),
    |found| found.into_iter().map(|(id, row)| (One(id), row)).collect()
);
by_id!(TaskId, Vec<CategoryKey>, |keys| PartsOfTasks(keys.to_vec()), |found| found);
by_id!(DisposalPlanId, Vec<SystemCount>, |keys| SystemsOfPlans(keys.to_vec()), |found| found);

/// A task, and which page of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinesOf(pub TaskId, pub PageRequest);

impl Loader<LinesOf> for Batch {
    type Value = Page<data_location::Model>;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Page<data_location::Model>> {
        let mut pages = HashMap::with_capacity(keys.len());
        let mut groups = HashMap::<PageRequest, Vec<TaskId>>::new();
        for LinesOf(task, page) in keys {
            groups.entry(page.clone()).or_default().push(*task);
        }
        for (page, tasks) in groups {
            let found = self.read(LinesOfTasks { tasks, page: page.clone() }).await?;
            pages.extend(found.into_iter().map(|(task, lines)| (LinesOf(task, page.clone()), lines)));
        }
        Ok(pages)
    }
}

/// A system, and which page of its comparisons.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReconciliationsPage(pub SystemId, pub PageRequest);

impl Loader<ReconciliationsPage> for Batch {
    type Value = Page<reconciliation::Model>;
    type Error = Arc<Stop>;

    async fn load(
        &self,
        keys: &[ReconciliationsPage],
    ) -> Loaded<ReconciliationsPage, Page<reconciliation::Model>> {
        let mut pages = HashMap::with_capacity(keys.len());
        let mut groups = HashMap::<PageRequest, Vec<SystemId>>::new();
        for ReconciliationsPage(system, page) in keys {
            groups.entry(page.clone()).or_default().push(*system);
        }
        let also_of_customers = self.access.may(Action::SeeDifferences);
        for (page, systems) in groups {
            let found =
                self.read(ReconciliationsOf { systems, page: page.clone(), also_of_customers }).await?;
            pages.extend(found.into_iter().map(|(id, rows)| (ReconciliationsPage(id, page.clone()), rows)));
        }
        Ok(pages)
    }
}

/// A comparison, and which page of which of its differences.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DifferencesPage(pub ReconciliationId, pub KindsOf, pub PageRequest);

impl Loader<DifferencesPage> for Batch {
    type Value = Page<Differing>;
    type Error = Arc<Stop>;

    async fn load(&self, keys: &[DifferencesPage]) -> Loaded<DifferencesPage, Page<Differing>> {
        let mut pages = HashMap::with_capacity(keys.len());
        let mut groups = HashMap::<(KindsOf, PageRequest), Vec<ReconciliationId>>::new();
        for DifferencesPage(of, kinds, page) in keys {
            groups.entry((kinds.clone(), page.clone())).or_default().push(*of);
        }
        let also_of_customers = self.access.may(Action::SeeDifferences);
        for ((kinds, page), of) in groups {
            let asked = DifferencesOf { of, kinds: kinds.clone(), page: page.clone(), also_of_customers };
            let found = self.read(asked).await?.into_iter();
            pages.extend(found.map(|(id, rows)| (DifferencesPage(id, kinds.clone(), page.clone()), rows)));
        }
        Ok(pages)
    }
}

parts!(TasksOf, Page<task::Model>, |_batch, customers, of| TasksOfCustomers { customers, of: of.clone() });
parts!(RequestsOf, Page<Request>, |_batch, customers, of| RequestsOfCustomers { customers, of: of.clone() });
parts!(HoldsOf, Vec<legal_hold::Model>, |_batch, customers, _of| HoldsOfCustomers(customers));
parts!(ConsentsOf, Page<consent::Model>, |_batch, customers, of| ConsentsOfCustomers {
    customers,
    of: of.clone(),
});
parts!(NoticesOf, Page<notice::Model>, |_batch, customers, of| NoticesOfCustomers {
    customers,
    of: of.clone(),
});
parts!(DisclosuresOf, Page<disclosure::Model>, |_batch, customers, of| DisclosuresOfCustomers {
    customers,
    of: of.clone(),
});
parts!(RecipientsOf, Vec<Recipient>, |_batch, customers, _of| RecipientsOfCustomers(customers));
parts!(SubscriptionsOf, Page<subscription::Model>, |_batch, customers, of| SubscriptionsOfCustomers {
    customers,
    of: of.clone(),
});
parts!(PageRequest, AuditPage, |_batch, customers, page| EventsOfCustomers { customers, page: page.clone() });

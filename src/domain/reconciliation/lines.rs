//! The lines of some customers are compared with what was found of them, in one short transaction, and what follows is
//! carried out in it.

use super::{
    compare::{Keys, Mapped, Outcome, Rules, Theirs, compare},
    keys::{keys_of, mapped},
    lease::in_hand,
};
use crate::{
    access::{Command, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        disposal::settle_lines,
    },
    policy::{Action, Target},
};
use entity::{
    connector::SqlConnector,
    customer, data_location,
    enums::{DataLocationState, DifferenceKind, SubjectKeyKind, TaskCause},
    ids::{CategoryKey, CustomerId, DataLocationId, DifferenceId, ReconciliationId},
    reconciliation, reconciliation_difference, reconciliation_found,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// Customers who are locked together.
const CUSTOMERS: i64 = 500;

/// Most values that one statement takes.
const MOST: usize = 2_000;

/// Compares the lines of the next customers.
#[derive(Clone, Debug)]
pub struct CompareLines {
    pub catalog: Arc<Catalog>,
    pub id: ReconciliationId,
    pub lease: i64,
    /// How the system was read.
    pub settings: SqlConnector,
}

impl Command for CompareLines {
    const ACTION: Action = Action::CompareMap;
    /// Whether there may be more.
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.id)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = in_hand(w, self.id, self.lease).await?;
        let next = if row.lines_compared { Vec::new() } else { next(w, &row).await? };
        let Some(last) = next.last().copied() else {
            let row = reconciliation::Model { lines_compared: true, ..row };
            w.update::<reconciliation::Entity>(row).await?;
            return Ok(false);
        };
        let of = customer::Entity::find()
            .filter(customer::Column::Id.is_in(next.iter().copied()))
            .order_by_asc(customer::Column::Id);
        let customers = w.lock_all(of).await?;
        let mapped = mapped(&self.settings);
        let window = Window { w, catalog: &catalog, row: &row, mapped: &mapped, customers: &customers };
        let matched = window.compare().await?;
        let row = reconciliation::Model {
            matched: row.matched + matched,
            compared_to: Some(last),
            lines_compared: row.customer_id.is_some(),
            ..row
        };
        let more = !row.lines_compared;
        w.update::<reconciliation::Entity>(row).await?;
        Ok(more)
    }
}

#[derive(FromQueryResult)]
struct Next {
    customer_id: CustomerId,
}

/// The next customers who have, or had, something there.
async fn next(w: &Writer, row: &reconciliation::Model) -> Result<Vec<CustomerId>, Stop> {
    if let Some(customer) = row.customer_id {
        return Ok(vec![customer]);
    }
    let mut sql = Sql::new("SELECT DISTINCT l.customer_id FROM data_location l WHERE l.system_id = ");
    sql.bind(row.system_id.0);
    if let Some(after) = row.compared_to {
        sql.push(" AND l.customer_id > ").bind(after.0);
    }
    sql.push(" ORDER BY l.customer_id LIMIT ").bind(CUSTOMERS);
    Ok(w.numbers::<Next>(sql).await?.into_iter().map(|next| next.customer_id).collect())
}

/// Some customers, who are locked.
struct Window<'a> {
    w: &'a Writer,
    catalog: &'a Catalog,
    row: &'a reconciliation::Model,
    mapped: &'a Mapped,
    customers: &'a [customer::Model],
}

type Found = HashMap<(SubjectKeyKind, String), Vec<reconciliation_found::Model>>;

impl Window<'_> {
    /// How many lines were found.
    async fn compare(&self) -> Result<i64, Stop> {
        let w = self.w;
        let lines = self.lines().await?;
        let kinds = self.mapped.values().flatten().copied().collect::<BTreeSet<_>>();
        let (keys, not_all) = keys_of(w, self.catalog, (self.row.system_id, &kinds), self.customers).await?;
        let wanted = wanted(&kinds, &keys, &lines);
        let found = self.found(&wanted).await?;
        let busy = self.busy().await?;
        let rules =
            Rules { run: self.row.id, started_at: self.row.started_at, mapped: self.mapped, busy: &busy };
        let none = Keys::new();
        let mut outcomes = Vec::with_capacity(self.customers.len());
        for customer in self.customers {
            let lines = lines.iter().filter(|line| line.customer_id == customer.id).collect::<Vec<_>>();
            let keys = keys.get(&customer.id).unwrap_or(&none);
            let under = keys_and_references(&kinds, keys, &lines);
            let found = under.iter().filter_map(|key| found.get(key)).flatten().collect::<Vec<_>>();
            let theirs = Theirs {
                lines: &lines,
                is_gone: customer.disposed_as.is_some(),
                keys,
                all_known: !not_all.contains(&customer.id),
                found: &found,
            };
            let told = found.iter().map(|found| found.category.clone()).collect::<Vec<_>>();
            w.tells(customer.id, &told);
            outcomes.push((customer.id, compare(&rules, &theirs)));
        }
        self.change(&outcomes).await?;
        self.came_back(&lines, &outcomes).await?;
        self.differ(&lines, &outcomes).await?;
        self.saw(&wanted).await?;
        Ok(outcomes.iter().map(|(_, outcome)| i64::try_from(outcome.matched.len()).unwrap_or(0)).sum())
    }

    async fn lines(&self) -> Result<Vec<data_location::Model>, Stop> {
        let theirs = data_location::Entity::find()
            .filter(data_location::Column::SystemId.eq(self.row.system_id))
            .filter(data_location::Column::CustomerId.is_in(self.customers.iter().map(|one| one.id)))
            .order_by_asc(data_location::Column::Id);
        self.w.all(theirs).await
    }

    async fn found(&self, wanted: &BTreeMap<SubjectKeyKind, BTreeSet<String>>) -> Result<Found, Stop> {
        let mut found = Found::new();
        for (kind, keys) in wanted {
            for some in keys.iter().collect::<Vec<_>>().chunks(MOST) {
                let put_aside = reconciliation_found::Entity::find()
                    .filter(reconciliation_found::Column::ReconciliationId.eq(self.row.id))
                    .filter(reconciliation_found::Column::Reading.eq(self.row.reading))
                    .filter(reconciliation_found::Column::KnownBy.eq(*kind))
                    .filter(reconciliation_found::Column::Key.is_in(some.iter().map(|key| (*key).clone())));
                for row in self.w.all(put_aside).await? {
                    found.entry((row.known_by, row.key.clone())).or_default().push(row);
                }
            }
        }
        Ok(found)
    }

    /// Lines whose disposal is being carried out: what is gone over there is about to be gone on the map.
    async fn busy(&self) -> Result<HashSet<DataLocationId>, Stop> {
        #[derive(FromQueryResult)]
        struct Busy {
            data_location_id: DataLocationId,
        }
        let mut sql = Sql::new(
            "SELECT x.data_location_id FROM task_location x JOIN task t ON t.id = x.task_id \
             WHERE t.state = 'RUNNING' AND t.system_id = ",
        );
        sql.bind(self.row.system_id.0).push(" AND x.customer_id IN ");
        sql.list(self.customers.iter().map(|one| one.id.0));
        Ok(self.w.numbers::<Busy>(sql).await?.into_iter().map(|row| row.data_location_id).collect())
    }

    async fn change(&self, outcomes: &[(CustomerId, Outcome)]) -> Result<(), Stop> {
        let w = self.w;
        for (customer, outcome) in outcomes {
            if !outcome.matched.is_empty() || !outcome.lost.is_empty() {
                w.changed(*customer, &["dataLocations"]);
            }
        }
        let lines = |of: fn(&Outcome) -> &Vec<DataLocationId>| {
            outcomes.iter().flat_map(move |(_, outcome)| of(outcome)).copied().collect::<Vec<_>>()
        };
        let mut verified = Sql::new("UPDATE data_location SET last_verified_at = ");
        verified.bind(w.now());
        let lost = Sql::new("UPDATE data_location SET state = 'LOST_TRACK'");
        let again = Sql::new("UPDATE data_location SET state = 'HELD'");
        let found_again = lines(|outcome| &outcome.again);
        for (sql, lines) in [
            (verified, &lines(|outcome| &outcome.matched)),
            (lost, &lines(|outcome| &outcome.lost)),
            (again, &found_again),
        ] {
            for some in lines.chunks(MOST) {
                let mut sql = sql.clone();
                sql.push(" WHERE id IN ").list(some.iter().map(|id| id.0));
                w.execute(sql).await?;
            }
        }
        // As if they had just been put on the map.
        settle_lines(w, self.catalog, self.customers, &found_again, TaskCause::PeriodEnded).await.map(drop)
    }

    /// What was disposed of and is there goes on the map once more, on its way out, unless something needs it by now.
    async fn came_back(
        &self,
        lines: &[data_location::Model],
        outcomes: &[(CustomerId, Outcome)],
    ) -> Result<(), Stop> {
        let w = self.w;
        let mut rows = Vec::new();
        for (customer, outcome) in outcomes {
            for category in &outcome.came_back {
                let theirs = lines.iter().rev().find(|line| {
                    line.customer_id == *customer && line.category == *category && line.held_to.is_some()
                });
                let Some(gone) = theirs else { continue };
                w.changed(*customer, &["dataLocations"]);
                rows.push(data_location::Model {
                    id: DataLocationId(w.id()),
                    recorded_by: w.actor_name(),
                    state: DataLocationState::DisposalPending,
                    held_from: w.now(),
                    held_to: None,
                    last_verified_at: Some(w.now()),
                    ..gone.clone()
                });
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        w.insert_all::<data_location::Entity>(&rows).await?;
        let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
        settle_lines(w, self.catalog, self.customers, &ids, TaskCause::Reconciliation).await?;
        let differences = rows.iter().map(|row| self.difference(DifferenceKind::StillThere, row));
        w.insert_all::<reconciliation_difference::Entity>(&differences.collect::<Vec<_>>()).await
    }

    fn difference(
        &self,
        kind: DifferenceKind,
        line: &data_location::Model,
    ) -> reconciliation_difference::Model {
        reconciliation_difference::Model {
            id: DifferenceId(self.w.id()),
            reconciliation_id: self.row.id,
            kind,
            data_location_id: Some(line.id),
            customer_id: Some(line.customer_id),
            category: line.category.clone(),
            external_reference: None,
        }
    }

    async fn differ(
        &self,
        lines: &[data_location::Model],
        outcomes: &[(CustomerId, Outcome)],
    ) -> Result<(), Stop> {
        let by_id = lines.iter().map(|line| (line.id, line)).collect::<HashMap<_, _>>();
        let mut rows = Vec::new();
        for (customer, outcome) in outcomes {
            let missing = outcome.missing.iter().filter_map(|id| by_id.get(id));
            rows.extend(missing.map(|line| self.difference(DifferenceKind::MissingInSystem, line)));
            rows.extend(outcome.unmapped.iter().map(|(category, reference)| {
                not_on_map(self.w, self.row.id, Some(*customer), category, reference.clone())
            }));
        }
        self.w.insert_all::<reconciliation_difference::Entity>(&rows).await
    }

    /// What was compared is not looked at again.
    async fn saw(&self, wanted: &BTreeMap<SubjectKeyKind, BTreeSet<String>>) -> Result<(), Stop> {
        for (kind, keys) in wanted {
            saw(self.w, self.row, *kind, keys).await?;
        }
        Ok(())
    }
}

pub(super) async fn saw(
    w: &Writer,
    row: &reconciliation::Model,
    kind: SubjectKeyKind,
    keys: &BTreeSet<String>,
) -> Result<(), Stop> {
    for some in keys.iter().collect::<Vec<_>>().chunks(MOST) {
        let mut sql =
            Sql::new("UPDATE reconciliation_found SET seen = true WHERE NOT seen AND reconciliation_id = ");
        sql.bind(row.id.0).push(" AND reading = ").bind(row.reading);
        sql.push(" AND known_by = ").bind(kind.to_value()).push(" AND key IN ");
        sql.list(some.iter().map(|key| (*key).clone()));
        w.execute(sql).await?;
    }
    Ok(())
}

/// Something that is on no map.
pub(super) fn not_on_map(
    w: &Writer,
    of: ReconciliationId,
    customer_id: Option<CustomerId>,
    category: &CategoryKey,
    external_reference: Option<String>,
) -> reconciliation_difference::Model {
    reconciliation_difference::Model {
        id: DifferenceId(w.id()),
        reconciliation_id: of,
        kind: DifferenceKind::MissingOnMap,
        data_location_id: None,
        customer_id,
        category: category.clone(),
        external_reference,
    }
}

/// All that somebody may be found by: what they are known by, and references of their lines.
fn keys_and_references(
    kinds: &BTreeSet<SubjectKeyKind>,
    keys: &Keys,
    lines: &[&data_location::Model],
) -> BTreeSet<(SubjectKeyKind, String)> {
    let mut all = BTreeSet::new();
    for (kind, keys) in keys {
        all.extend(keys.iter().map(|key| (*kind, key.clone())));
    }
    if kinds.contains(&SubjectKeyKind::ExternalReference) {
        let references = lines.iter().filter_map(|line| line.external_reference.clone());
        all.extend(references.map(|key| (SubjectKeyKind::ExternalReference, key)));
    }
    all
}

fn wanted(
    kinds: &BTreeSet<SubjectKeyKind>,
    keys: &HashMap<CustomerId, Keys>,
    lines: &[data_location::Model],
) -> BTreeMap<SubjectKeyKind, BTreeSet<String>> {
    let mut wanted = BTreeMap::<SubjectKeyKind, BTreeSet<String>>::new();
    let none = Keys::new();
    let lines = lines.iter().collect::<Vec<_>>();
    let all = keys.values().chain([&none]).flat_map(|keys| keys_and_references(kinds, keys, &[]));
    for (kind, key) in all.chain(keys_and_references(kinds, &none, &lines)) {
        wanted.entry(kind).or_default().insert(key);
    }
    wanted
}

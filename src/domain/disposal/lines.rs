//! The live lines of some customers' maps, each with what justifies it and what becomes of it: a few statements, for
//! any number of customers.

use super::{Verdict, judge, open::open};
use crate::{
    access::{Sql, Stop, Writer},
    connector::actions,
    domain::{
        catalog::Catalog,
        justification::{Facts, Justification, asks_for},
    },
    policy::ProfileField,
};
use entity::{
    customer, data_location,
    enums::{CustomerStatus, DataLocationState, DisposalMethod, TaskAction},
    ids::{CustomerId, DataLocationId, SystemId},
};
use sea_orm::FromQueryResult;
use std::collections::{HashMap, HashSet};

/// A line, and what becomes of it.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Judged {
    pub line: data_location::Model,
    pub facts: Vec<Justification>,
    /// Whether it lost its reason because services need less than they did.
    pub dropped: bool,
    pub verdict: Verdict,
    /// Whether its holder answered that it stays, and nothing came since.
    pub stays: bool,
}

impl Judged {
    /// Whether the line is not on its way out yet, and should be.
    pub(in crate::domain) fn goes(&self) -> bool {
        self.changes() && self.verdict.task().is_some()
    }

    /// Whether the line is not in the state that it should be in.
    pub(in crate::domain) fn changes(&self) -> bool {
        self.verdict.state().is_some_and(|state| state != self.line.state)
    }
}

#[derive(FromQueryResult)]
struct End {
    id: DataLocationId,
    how: i32,
}

/// What the services that ever needed a line say of its end.
#[derive(Clone, Copy, Debug)]
struct LastNeed {
    method: DisposalMethod,
    /// Whether none of them needs it any more.
    dropped: bool,
}

/// Every live line of these customers, who are locked, in the order of customers and lines. One that was not found
/// where it should be stays that, and is not among them, until nothing needs it any more: then its holder is asked as for
/// any other.
pub(in crate::domain) async fn judged(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
) -> Result<Vec<Judged>, Stop> {
    judged_at(w, catalog, customers, None).await
}

/// A condition on the line `l`.
pub(super) type Where<'a> = &'a (dyn Fn(&mut Sql) + Sync);

/// Those of these customers' lines that a condition is true of.
pub(super) async fn judged_at(
    w: &Writer,
    catalog: &Catalog,
    customers: &[customer::Model],
    condition: Option<Where<'_>>,
) -> Result<Vec<Judged>, Stop> {
    let ids = || customers.iter().map(|customer| customer.id.0);
    let among = |sql: &mut Sql| {
        sql.push("l.customer_id IN ").list(ids()).push(" AND l.held_to IS NULL");
        if let Some(condition) = condition {
            sql.push(" AND ");
            condition(sql);
        }
    };
    let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE ");
    among(&mut sql);
    sql.push(" ORDER BY l.customer_id, l.id");
    // What is told of them, or changed, is noted by whoever does so.
    let lines = w.numbers::<data_location::Model>(sql).await?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    Facts::new(catalog, w.now()).query(&mut sql, &among);
    let mut facts = HashMap::<DataLocationId, Vec<Justification>>::new();
    for fact in w.numbers::<Justification>(sql).await? {
        facts.entry(fact.location_id).or_default().push(fact);
    }
    let ends = ends(w, customers, &among).await?;
    let (stays, asked) = (staying(w, &lines).await?, asked(w, customers).await?);
    let is_restricted =
        |row: &&customer::Model| row.status == CustomerStatus::Restricted && row.disposed_as.is_none();
    let restricted = customers.iter().filter(is_restricted);
    let restricted = restricted.map(|customer| customer.id).collect::<HashSet<CustomerId>>();
    let gone = customers.iter().filter(|row| row.disposed_as.is_some());
    let gone = gone.map(|row| row.id).collect::<HashSet<CustomerId>>();
    let anonymized = customers.iter().filter(|row| row.disposed_as == Some(CustomerStatus::Anonymized));
    let anonymized = anonymized.map(|row| row.id).collect::<HashSet<CustomerId>>();
    let own = catalog.built_in_system().map(|system| system.id);
    let one = |line: data_location::Model| {
        let facts = facts.remove(&line.id).unwrap_or_default();
        // A profile is Kartotek's own to dispose of; what the law kept came to be by some reason once; and what the
        // customer asked for goes, whether or not anything ever justified it.
        let ours = Some(line.system_id) == own
            && ProfileField::ALL.iter().any(|field| field.category() == line.category.as_str());
        let in_use = matches!(line.state, DataLocationState::Held | DataLocationState::LostTrack);
        let known = ours || !in_use || gone.contains(&line.customer_id) || asked.contains(&line.id);
        let end = ends.get(&line.id);
        let dropped = end.is_some_and(|end| end.dropped);
        let otherwise = if anonymized.contains(&line.customer_id) && can_anonymize(catalog, line.system_id) {
            DisposalMethod::Anonymize
        } else {
            DisposalMethod::Erase
        };
        let on_end = end.map(|end| end.method).or(known.then_some(otherwise));
        let verdict = judge(&facts, on_end, restricted.contains(&line.customer_id), catalog);
        let stays = stays.contains(&line.id);
        Judged { line, facts, dropped, verdict, stays }
    };
    let lost = |one: &Judged| one.line.state == DataLocationState::LostTrack;
    Ok(lines.into_iter().map(one).filter(|one| !lost(one) || one.verdict.task().is_some()).collect())
}

/// Whether the program can anonymize something at a system by itself.
fn can_anonymize(catalog: &Catalog, system: SystemId) -> bool {
    let connector = catalog.systems.get(&system).and_then(|system| system.connector.as_ref());
    connector.is_some_and(|connector| actions(connector).contains(&TaskAction::Anonymize))
}

/// How the lines go that a service of the customer's ever needed where they are. What such a service says now goes
/// before what it said once, and erasing before anonymizing.
async fn ends(
    w: &Writer,
    customers: &[customer::Model],
    among: Where<'_>,
) -> Result<HashMap<DataLocationId, LastNeed>, Stop> {
    // Set apart, or SQLite goes through all of a list of customers for each line: a condition on one column is one on those that
    // are the same.
    let mut sql = Sql::new(
        "WITH among AS MATERIALIZED (SELECT l.id, l.customer_id, l.category, l.system_id FROM data_location l WHERE ",
    );
    among(&mut sql);
    sql.push("), ");
    theirs(&mut sql, customers);
    sql.push(
        " SELECT l.id, max(CASE WHEN r.retired_at IS NULL THEN 2 ELSE 0 END \
         + CASE WHEN r.on_end = 'ERASE' THEN 1 ELSE 0 END) AS how FROM among l \
         JOIN theirs s ON s.customer_id = l.customer_id JOIN data_requirement r ON r.category = l.category \
         AND r.system_id = l.system_id AND r.service_id = s.service_id GROUP BY l.id",
    );
    let method = |how| if how % 2 == 1 { DisposalMethod::Erase } else { DisposalMethod::Anonymize };
    let last = |how| LastNeed { method: method(how), dropped: how < 2 };
    Ok(w.numbers::<End>(sql).await?.into_iter().map(|end| (end.id, last(end.how))).collect())
}

/// Adds what these customers ever had as the table `theirs`, in a `WITH`. Set apart as well: many services may need the same
/// line, and each would be looked up for each of them.
pub(super) fn theirs(sql: &mut Sql, customers: &[customer::Model]) {
    sql.push(
        "theirs AS MATERIALIZED (SELECT s.customer_id, s.service_id, \
         max(CASE WHEN s.ended_at IS NULL THEN 1 ELSE 0 END) AS live FROM subscription s WHERE s.customer_id IN ",
    );
    sql.list(customers.iter().map(|customer| customer.id.0)).push(" GROUP BY s.customer_id, s.service_id)");
}

/// The lines that these customers asked to have erased. From their requests, which are few.
async fn asked(w: &Writer, customers: &[customer::Model]) -> Result<HashSet<DataLocationId>, Stop> {
    let mut sql = Sql::new(
        "SELECT l.id, 0 AS how FROM data_request q JOIN data_location l ON l.customer_id = q.customer_id \
         AND l.held_to IS NULL AND ",
    );
    sql.push(&asks_for("l")).push(" WHERE q.customer_id IN ");
    sql.list(customers.iter().map(|customer| customer.id.0));
    Ok(w.numbers::<End>(sql).await?.into_iter().map(|one| one.id).collect())
}

/// Of these lines, those on their way out whose holders answered that they stay.
async fn staying(w: &Writer, lines: &[data_location::Model]) -> Result<HashSet<DataLocationId>, Stop> {
    let pending = lines.iter().filter(|line| line.state == DataLocationState::DisposalPending);
    let pending = pending.map(|line| line.id).collect::<Vec<_>>();
    Ok(open(w, &pending).await?.into_values().filter(|open| open.stays).map(|open| open.line).collect())
}

//! What there is about a customer is gathered, for them to see or to take along.

use super::open::Open;
use crate::{
    access::{Sql, Stop, Writer},
    domain::{
        catalog::Catalog,
        justification::{Justification, justify},
        task::{Wanted, Why, open_tasks},
    },
};
use entity::{
    data_location,
    enums::{DataRequestType, JustificationKind, LegalBasis, TaskAction},
    ids::{CategoryKey, DataLocationId, SystemId},
    task,
};
use std::collections::{BTreeMap, BTreeSet};

/// Opens a task at each system that holds something that the request is about. What is on its way out stays until it has
/// been gathered.
pub(super) async fn gather(
    w: &Writer,
    catalog: &Catalog,
    open: &Open,
    scope: &[CategoryKey],
) -> Result<Vec<task::Model>, Stop> {
    let lines = held(w, open, scope).await?;
    let lines = match open.request.row.kind {
        DataRequestType::Portability => portable(w, catalog, lines).await?,
        _ => lines,
    };
    let mut by_system = BTreeMap::<SystemId, Vec<DataLocationId>>::new();
    for line in &lines {
        by_system.entry(line.system_id).or_default().push(line.id);
        w.tells(line.customer_id, std::slice::from_ref(&line.category));
    }
    let wanted = by_system.into_iter().map(|(system, lines)| Wanted {
        customer: open.customer.id,
        system,
        action: TaskAction::Export,
        lifts: false,
        at: w.now(),
        why: Why::request(open.request.row.id),
        lines,
    });
    open_tasks(w, catalog, wanted.collect()).await
}

/// What is there now of what the request is about.
async fn held(w: &Writer, open: &Open, scope: &[CategoryKey]) -> Result<Vec<data_location::Model>, Stop> {
    let mut sql = Sql::new("SELECT l.* FROM data_location l WHERE l.held_to IS NULL AND l.customer_id = ");
    sql.bind(open.customer.id.0).push(" AND l.state <> 'LOST_TRACK' ORDER BY l.id");
    let mut lines = w.numbers::<data_location::Model>(sql).await?;
    let is_asked_for = |line: &data_location::Model| {
        scope.is_empty() || scope.iter().any(|above| line.category.is_within(above.as_str()))
    };
    lines.retain(is_asked_for);
    Ok(lines)
}

/// Of these, what is there because the customer agreed to it, or for a contract with them (Art. 20(1)(a)).
async fn portable(
    w: &Writer,
    catalog: &Catalog,
    lines: Vec<data_location::Model>,
) -> Result<Vec<data_location::Model>, Stop> {
    let by_agreement = |fact: &Justification| {
        let purpose = fact.purpose.as_ref().and_then(|key| catalog.purposes.get(key));
        fact.kind == JustificationKind::Subscription
            && purpose
                .is_some_and(|row| matches!(row.legal_basis, LegalBasis::Consent | LegalBasis::Contract))
    };
    let ids = lines.iter().map(|line| line.id).collect::<Vec<_>>();
    let mut found = BTreeSet::new();
    for some in ids.chunks(1_000) {
        let facts = justify(w, catalog, some).await?;
        found.extend(facts.iter().filter(|fact| by_agreement(fact)).map(|fact| fact.location_id));
    }
    Ok(lines.into_iter().filter(|line| found.contains(&line.id)).collect())
}

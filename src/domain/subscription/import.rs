//! What customers have ordered already, and what has ended, is put on record, many in one transaction.

use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::Whose,
        disposal::settle_all,
        import::{Chunk, Imported, Tally},
        period::day_of,
    },
    policy::{Action, Target},
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{Channel, ImportKind, TaskCause},
    ids::{CustomerId, ServiceId, SubscriptionId},
    subscription,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// A subscription as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// The customer's reference.
    pub customer: String,
    /// The service's key.
    pub service: String,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
}

/// Puts on record what customers have ordered, and what of it has ended. What has ended needs no data any more, and what only it
/// needed is on its way out from then on; what the law keeps counts from its end.
#[derive(Clone, Debug)]
pub struct ImportSubscriptions {
    pub catalog: Arc<Catalog>,
    pub chunk: Chunk<SubscriptionRow>,
}

/// What makes an order that order.
type Key = (CustomerId, ServiceId, DateTime<Utc>);

impl Command for ImportSubscriptions {
    const ACTION: Action = Action::ImportSubscriptions;
    type Output = Imported;

    fn target(&self) -> Target {
        Target::thing(self.chunk.import)
    }

    async fn run(self, w: &mut Writer) -> Result<Imported, Stop> {
        let opened = match self.chunk.open(w, ImportKind::Subscriptions).await? {
            Ok(opened) => opened,
            Err(before) => return Ok(before),
        };
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut tally = Tally::default();
        let whose = Whose::lock(w, self.chunk.rows.iter().map(|row| row.customer.as_str())).await?;
        let new = self.read(w, &catalog, &whose, &mut tally);
        let new = leave_out_known(w, &catalog, new, &mut tally).await?;
        w.insert_all::<subscription::Entity>(&new).await?;
        tally.created += new.len();
        let concerned = new.iter().map(|row| row.customer_id).collect::<BTreeSet<_>>();
        for customer in &concerned {
            w.changed(*customer, &["serviceSubscriptions"]);
        }
        bring_up_to_date(w, &concerned).await?;
        let customers = Whose::lock(w, self.chunk.rows.iter().map(|row| row.customer.as_str())).await?;
        tally.disposal_pending +=
            settle_all(w, &catalog, &customers.among(&concerned), TaskCause::Import).await?;
        self.chunk.close(w, opened, tally).await
    }
}

impl ImportSubscriptions {
    /// The rows that make sense by themselves, with their places.
    fn read(
        &self,
        w: &Writer,
        catalog: &Catalog,
        whose: &Whose,
        tally: &mut Tally,
    ) -> Vec<(usize, subscription::Model)> {
        let now = w.now();
        let mut new = Vec::with_capacity(self.chunk.rows.len());
        for (at, row) in self.chunk.rows.iter().enumerate() {
            let mut checks = Checks::new();
            let service = catalog.service_by_key(row.service.trim());
            match service {
                None => checks.refuse("service", Code::NotFound, "There is no such service: give its key."),
                Some(service) if service.retired_at.is_some() && row.ended_at.is_none() => {
                    let message = "This service is no longer offered: say when the subscription ended.";
                    checks.refuse("service", Code::Retired, message);
                }
                Some(_) => {}
            }
            if row.started_at > now {
                checks.refuse("startedAt", Code::OutOfRange, "This lies in the future.");
            }
            if row.ended_at.is_some_and(|end| end > now) {
                let message = "This lies in the future: end it when the time has come.";
                checks.refuse("endedAt", Code::OutOfRange, message);
            }
            if row.ended_at.is_some_and(|end| end < row.started_at) {
                checks.refuse("endedAt", Code::OutOfRange, "It ended before it began.");
            }
            let end_reason = row.end_reason.as_ref().map(|text| checks.line("endReason", text, BLOCK / 10));
            if end_reason.is_some() && row.ended_at.is_none() {
                checks.refuse("endReason", Code::Required, "Say when it ended, or leave the reason out.");
            }
            let stands = tally.check(at, checks);
            let Some(customer) = whose.of(at, &row.customer, tally) else { continue };
            let Some(service) = service.filter(|_| stands) else { continue };
            let row = subscription::Model {
                id: SubscriptionId(w.id()),
                customer_id: customer.id,
                service_id: service.id,
                channel: Channel::Import,
                started_at: row.started_at,
                ended_at: row.ended_at,
                end_reason,
                switched_to: None,
            };
            new.push((at, row));
        }
        new
    }
}

fn key(row: &subscription::Model) -> Key {
    (row.customer_id, row.service_id, row.started_at)
}

/// What is on record already stays as it is; in one file, the first row counts.
async fn leave_out_known(
    w: &Writer,
    catalog: &Catalog,
    new: Vec<(usize, subscription::Model)>,
    tally: &mut Tally,
) -> Result<Vec<subscription::Model>, Stop> {
    let customers = new.iter().map(|(_, row)| row.customer_id).collect::<BTreeSet<_>>();
    let theirs = subscription::Entity::find().filter(subscription::Column::CustomerId.is_in(customers));
    let known = w.all(theirs).await?;
    // A file has days where the record has moments.
    let zone = catalog.zone();
    let day = |row: &subscription::Model| (row.customer_id, row.service_id, day_of(row.started_at, &zone));
    let over = known.iter().filter(|row| row.ended_at.is_some()).map(day).collect::<HashSet<_>>();
    let mut known = known.into_iter().map(|row| (key(&row), row.ended_at)).collect::<HashMap<Key, _>>();
    let mut left = Vec::with_capacity(new.len());
    for (at, row) in new {
        match known.get(&key(&row)) {
            None if row.ended_at.is_none() && over.contains(&day(&row)) => {
                let message = "A subscription to this service that began on this day is on record, and has ended: say when \
                               this one ended, or leave the row out.";
                tally.reject(at, Refusal::new(Code::AlreadyExists, message).at("endedAt"));
            }
            None => {
                known.insert(key(&row), row.ended_at);
                left.push(row);
            }
            Some(ended_at) if *ended_at == row.ended_at => tally.unchanged += 1,
            Some(_) => {
                let message = "This subscription is on record with another end: end it with `endSubscription`, or \
                               leave the row out.";
                tally.reject(at, Refusal::new(Code::AlreadyExists, message).at("endedAt"));
            }
        }
    }
    Ok(left)
}

/// Whoever has a live subscription is active, since the first of them began; whoever has none any more was left without one when
/// the last of them ended.
async fn bring_up_to_date(w: &Writer, customers: &BTreeSet<CustomerId>) -> Result<(), Stop> {
    if customers.is_empty() {
        return Ok(());
    }
    // What they have had is put together once: looked for from each customer, it is looked for among all there is.
    let mut sql = Sql::new(
        "WITH had AS MATERIALIZED (SELECT s.customer_id, min(CASE WHEN s.ended_at IS NULL THEN s.started_at END) AS since, \
         max(s.ended_at) AS until FROM subscription s WHERE s.customer_id IN ",
    );
    sql.list(customers.iter().map(|id| id.0)).push(
        " GROUP BY s.customer_id) UPDATE customer SET version = version + 1, status_since = coalesce(had.since, had.until), \
         status = CASE WHEN had.since IS NULL THEN 'DORMANT' ELSE 'ACTIVE' END FROM had \
         WHERE customer.id = had.customer_id AND customer.status = 'DORMANT' AND customer.id IN ",
    );
    sql.list(customers.iter().map(|id| id.0));
    w.execute(sql).await?;
    Ok(())
}

//! Takes a comparison in hand, for a while: one that a worker left unfinished, another takes up when its time is over.

use super::keys::taken_until;
use crate::{
    access::{Code, Command, Inquiry, Reader, Refusal, Sql, Stop, Writer},
    connector::Subject,
    domain::task::person,
    policy::{Action, Target},
};
use entity::{
    connector::{Connector, SqlConnector},
    customer,
    enums::ReconciliationState,
    ids::{ReconciliationId, SystemId},
    reconciliation, system,
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};

/// So often one is taken up before it is given up.
const MOST_TIMES: i64 = 5;

/// Whether there is a comparison that nobody has in hand.
#[derive(Clone, Copy, Debug)]
pub struct ReconciliationsDue;

#[derive(sea_orm::FromQueryResult)]
struct Any {
    any: i64,
}

impl Inquiry for ReconciliationsDue {
    const ACTION: Action = Action::CompareMap;
    type Output = bool;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<bool, Stop> {
        let mut sql = Sql::new(
            "SELECT count(*) AS any FROM reconciliation WHERE state = 'RUNNING' AND (taken_until IS NULL OR taken_until <= ",
        );
        sql.bind(r.now()).push(")");
        Ok(r.numbers::<Any>(sql).await?.iter().any(|row| row.any > 0))
    }
}

/// Takes the comparison in hand that waits longest.
#[derive(Clone, Copy, Debug)]
pub struct LeaseReconciliation;

/// A comparison in hand.
#[derive(Clone, Debug)]
pub struct Leased {
    pub id: ReconciliationId,
    /// Which time it was taken in hand: what is said of it counts only for as long as nobody else has done so since.
    pub lease: i64,
    pub system: SystemId,
    /// How the system is reached, or why it cannot be read.
    pub how: Result<SqlConnector, &'static str>,
    /// Whether it is limited to one customer.
    pub of_one: bool,
    /// What the system knows them by, until it was read.
    pub subject: Option<Subject>,
    /// Whether the system was read to the end.
    pub is_read: bool,
    /// Whether the system answers no more, time after time: it is gone on with what it said.
    pub without_asking: bool,
}

impl Command for LeaseReconciliation {
    const ACTION: Action = Action::CompareMap;
    type Output = Option<Leased>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Option<Leased>, Stop> {
        let free =
            reconciliation::Column::TakenUntil.is_null().or(reconciliation::Column::TakenUntil.lte(w.now()));
        let next = reconciliation::Entity::find()
            .filter(reconciliation::Column::State.eq(ReconciliationState::Running))
            .filter(free)
            .order_by_asc(reconciliation::Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        let Some(row) = w.one(next).await? else { return Ok(None) };
        w.about(Target::thing(row.id));
        let is_read = row.read_at.is_some();
        let system = w.one(system::Entity::find_by_id(row.system_id)).await?;
        let mut how = system.as_ref().map_or(Err("There is no such system."), |system| way(system, &row));
        let mut subject = None;
        if let (Some(id), Some(system), false) = (row.customer_id, &system, is_read) {
            let found = w.one(customer::Entity::find_by_id(id)).await?;
            let known = match &found {
                Some(found) => person(w, system, found).await?,
                None => None,
            };
            match known {
                Some(known) => subject = Some(known),
                None => how = Err("What is sealed about the person cannot be opened."),
            }
        }
        let lease = row.lease + 1;
        let row = reconciliation::Model {
            lease,
            taken_until: Some(taken_until(w.now())),
            reading: if is_read { row.reading } else { lease },
            system_version: system.map_or(row.system_version, |system| system.version),
            ..row
        };
        let row = w.update::<reconciliation::Entity>(row).await?;
        let (of_one, without_asking) = (row.customer_id.is_some(), lease > MOST_TIMES);
        let (id, system) = (row.id, row.system_id);
        Ok(Some(Leased { id, lease, system, how, of_one, subject, is_read, without_asking }))
    }
}

/// Once it is read, nothing keeps it from its end: some of the map may be changed.
fn way(system: &system::Model, row: &reconciliation::Model) -> Result<SqlConnector, &'static str> {
    if row.read_at.is_none() && system.retired_at.is_some() {
        return Err("The system was retired.");
    }
    if row.read_at.is_none() && row.lease >= MOST_TIMES {
        return Err("It was broken off each time, before it came to an end.");
    }
    match row.read_by.as_ref().or(system.connector.as_ref()) {
        Some(Connector::Sql(settings)) => Ok(settings.clone()),
        _ => Err("The program cannot be told any more whom this system holds something of."),
    }
}

/// A comparison in hand, locked, if this lease of it is the last one. It stays in hand for a while longer.
pub(super) async fn in_hand(
    w: &Writer,
    id: ReconciliationId,
    lease: i64,
) -> Result<reconciliation::Model, Stop> {
    let row = w.lock(reconciliation::Entity::find_by_id(id)).await?;
    let row = row.filter(|row| row.lease == lease && row.state == ReconciliationState::Running);
    let Some(row) = row else {
        let message = "Somebody else has this comparison in hand: what this one says no longer counts.";
        return Err(Refusal::new(Code::AlreadyRunning, message).into());
    };
    Ok(reconciliation::Model { taken_until: Some(taken_until(w.now())), ..row })
}

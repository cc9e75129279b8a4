//! The only inserts into the audit log.
//!
//! A command's event goes in with its change. Everything else goes through one writer task: whatever waits when
//! it is ready is written as one batch with one commit, so that the more there is to record, the less each costs.

use super::{
    Broken, database,
    event::{Entry, Event},
    session::Caller,
};
use crate::transparency::Chain;
use sea_orm::{
    ActiveEnum, ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait, Value, sea_query::ArrayType,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How many may wait. Beyond it the answer is 503, as when the log cannot be written at all.
const QUEUE: usize = 4096;

/// The most that go into one commit.
const BATCH: usize = 256;

/// How long a commit may take before what waits for it is told no.
const PATIENCE: Duration = Duration::from_secs(8);

/// Events that are released together, and whom to tell.
struct Request {
    events: Vec<Event>,
    caller: Arc<Caller>,
    done: oneshot::Sender<Result<(), String>>,
}

/// Where events are handed in.
#[derive(Clone, Debug)]
pub(in crate::access) struct Journal {
    queue: mpsc::Sender<Request>,
    chain: Arc<Mutex<Chain>>,
}

impl Journal {
    /// Starts the writer, under a name of its own. It ends when the last `Journal` is dropped and everything handed in is written.
    pub(in crate::access) fn start<C>(db: C, name: Uuid) -> (Self, tokio::task::JoinHandle<()>)
    where
        C: ConnectionTrait + TransactionTrait + Send + Sync + 'static,
    {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let chain = Arc::new(Mutex::new(Chain::new(name)));
        (Self { queue, chain: chain.clone() }, tokio::spawn(write_batches(db, chain, waiting)))
    }

    /// Returns once the events are durable.
    pub(in crate::access) async fn record(
        &self,
        events: Vec<Event>,
        caller: &Arc<Caller>,
    ) -> Result<(), Broken> {
        if events.is_empty() {
            return Ok(());
        }
        let (done, written) = oneshot::channel();
        self.queue
            .try_send(Request { events, caller: caller.clone(), done })
            .map_err(|_| Broken::Journal("the queue is full or closed".to_owned()))?;
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(Broken::Journal(why)),
            Err(_) => Err(Broken::Journal("the writer ended".to_owned())),
        }
    }

    /// The event, ready to be committed with its change.
    pub(in crate::access) fn batch(
        &self,
        event: Option<&Event>,
        caller: &Arc<Caller>,
    ) -> Result<Batch, Broken> {
        Batch::new(&self.chain, event.into_iter().map(|event| (event, caller)))
    }
}

/// Entries that commit together. What its first one names is named again by another unless they do.
pub(in crate::access) struct Batch {
    entries: Vec<Entry>,
    chain: Arc<Mutex<Chain>>,
    committed: bool,
}

impl Batch {
    fn new<'a>(
        chain: &Arc<Mutex<Chain>>,
        events: impl Iterator<Item = (&'a Event, &'a Arc<Caller>)>,
    ) -> Result<Self, Broken> {
        let mut batch = Self { entries: Vec::new(), chain: chain.clone(), committed: false };
        for (event, caller) in events {
            let link = match batch.entries.last() {
                None => lock(chain).following(),
                Some(former) => former.link.beside(former.leaf),
            };
            let entry = Entry::new(event.clone(), caller.clone(), link.clone());
            let entry = entry.inspect_err(|_| {
                if batch.entries.is_empty() {
                    lock(chain).give_back(&link);
                }
            });
            batch.entries.push(entry?);
        }
        Ok(batch)
    }

    /// They are in the log.
    pub(in crate::access) fn committed(mut self) {
        self.committed = true;
        if let Some(last) = self.entries.last() {
            lock(&self.chain).committed(self.entries.len() as u64, last.leaf);
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(first) = self.entries.first().filter(|_| !self.committed) {
            lock(&self.chain).give_back(&first.link);
        }
    }
}

fn lock(chain: &Mutex<Chain>) -> MutexGuard<'_, Chain> {
    // A poisoned lock means that somebody panicked who held it; a chain is whole between any two of its steps.
    chain.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write_batches<C>(db: C, chain: Arc<Mutex<Chain>>, mut waiting: mpsc::Receiver<Request>)
where
    C: ConnectionTrait + TransactionTrait + Send + Sync,
{
    let mut requests = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut requests, BATCH).await > 0 {
        metrics::histogram!("audit_batch_requests").record(u32::try_from(requests.len()).unwrap_or(u32::MAX));
        let result = patiently(write(&db, &chain, &requests)).await;
        // One entry that the database will not take must not fail the others. When it takes none, each would only wait
        // for itself.
        let singly = requests.len() > 1 && result.as_ref().is_err_and(|unwritten| unwritten.for_a_row);
        for request in requests.drain(..) {
            let alone = std::slice::from_ref(&request);
            let result = if singly { patiently(write(&db, &chain, alone)).await } else { result.clone() };
            tell(request, result.map_err(|unwritten| unwritten.why));
        }
    }
}

/// Why a batch was not written: for what a row says, or because the database takes none now.
#[derive(Clone)]
struct Unwritten {
    why: String,
    for_a_row: bool,
}

fn tell(request: Request, result: Result<(), String>) {
    if let Err(error) = &result {
        metrics::counter!("audit_write_failures_total").increment(1);
        tracing::error!(error, "the audit log could not be written; nothing is answered");
    }
    // Nobody waits any more when the client has gone: the event stays on record all the same.
    let _ = request.done.send(result);
}

async fn patiently(write: impl Future<Output = Result<(), Broken>>) -> Result<(), Unwritten> {
    match tokio::time::timeout(PATIENCE, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let for_a_row = matches!(&error, Broken::Database(error) if database::is_about_a_row(error));
            Err(Unwritten { why: error.to_string(), for_a_row })
        }
        Err(_) => Err(Unwritten { why: "the database did not answer in time".to_owned(), for_a_row: false }),
    }
}

async fn write<C>(db: &C, chain: &Arc<Mutex<Chain>>, requests: &[Request]) -> Result<(), Broken>
where
    C: ConnectionTrait + TransactionTrait,
{
    let events = requests.iter().flat_map(|one| one.events.iter().map(|event| (event, &one.caller)));
    let batch = Batch::new(chain, events)?;
    // On Postgres a batch is one statement, which commits by itself.
    if db.get_database_backend() == DbBackend::Postgres {
        insert(db, &batch).await?;
    } else {
        let options = sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..sea_orm::TransactionOptions::default()
        };
        let tx = db.begin_with_options(options).await?;
        insert(&tx, &batch).await?;
        sea_orm::TransactionSession::commit(tx).await?;
    }
    batch.committed();
    Ok(())
}

/// Inserts events and their subjects into the transaction at hand.
pub(in crate::access) async fn insert(db: &impl ConnectionTrait, batch: &Batch) -> Result<(), DbErr> {
    let entries = &batch.entries;
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_raw(postgres(entries)).await?;
        return Ok(());
    }
    // `SQLite` takes 32,766 values in a statement.
    for some in entries.chunks(2_000) {
        db.execute_raw(sqlite_events(some)).await?;
    }
    for some in subjects(entries).chunks(10_000) {
        db.execute_raw(sqlite_subjects(some)).await?;
    }
    Ok(())
}

/// (customer, event, categories) of every subject.
fn subjects(entries: &[Entry]) -> Vec<[Value; 3]> {
    let of = |entry: &Entry| {
        let event = entry.event.id.0;
        let row = |(customer, seen): (&entity::ids::CustomerId, &super::trail::Seen)| {
            let categories = serde_json::to_string(&seen.categories).unwrap_or_default();
            [customer.0.into(), event.into(), categories.into()]
        };
        entry.event.trail.iter().map(row).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of).collect()
}

const COLUMNS: [(&str, ArrayType); 13] = [
    ("event_id", ArrayType::Uuid),
    ("occurred_at", ArrayType::ChronoDateTimeUtc),
    ("actor", ArrayType::String),
    ("actor_kind", ArrayType::String),
    ("operation", ArrayType::String),
    ("kind", ArrayType::String),
    ("outcome", ArrayType::String),
    ("error_code", ArrayType::String),
    ("purpose", ArrayType::String),
    ("request_id", ArrayType::String),
    ("body", ArrayType::Bytes),
    ("leaf", ArrayType::Bytes),
    ("withheld", ArrayType::Bytes),
];

fn values(entry: &Entry) -> [Value; 13] {
    let (event, caller) = (&entry.event, &entry.caller);
    [
        event.id.0.into(),
        event.at.into(),
        caller.actor.id().into(),
        caller.actor.kind.to_value().into(),
        event.operation.clone().into(),
        event.kind.to_value().into(),
        event.outcome.to_value().into(),
        event.code.map(str::to_owned).into(),
        caller.purpose.clone().into(),
        caller.request_id.clone().into(),
        entry.body.clone().into(),
        entry.leaf.to_vec().into(),
        entry.withheld.clone().into(),
    ]
}

/// One statement for any number of events and subjects: an array a column, so that its text is always the same.
fn postgres(entries: &[Entry]) -> Statement {
    const SQL: &str = "WITH event AS (
        INSERT INTO audit_event (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, error_code,
            purpose, request_id, body, leaf, withheld)
        SELECT event_id, occurred_at, actor, actor_kind, operation, kind, outcome, nullif(error_code, ''),
            nullif(purpose, ''), request_id, body, leaf, nullif(withheld, '')
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bytea[])
            AS new (event_id, occurred_at, actor, actor_kind, operation, kind, outcome, error_code, purpose,
                request_id, body, leaf, withheld))
        INSERT INTO audit_subject (customer_id, event_id, categories)
        SELECT * FROM unnest($14::uuid[], $15::uuid[], $16::text[])";
    let mut arrays = columns(entries.iter().map(values), &COLUMNS.map(|(_, kind)| kind));
    arrays.extend(columns(
        subjects(entries).into_iter(),
        &[ArrayType::Uuid, ArrayType::Uuid, ArrayType::String],
    ));
    Statement::from_sql_and_values(DbBackend::Postgres, SQL, arrays)
}

/// Rows turned into one array a column.
fn columns<const N: usize>(rows: impl Iterator<Item = [Value; N]>, kinds: &[ArrayType; N]) -> Vec<Value> {
    let mut columns = vec![Vec::new(); N];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            // The driver's arrays hold no nulls: an absent word goes as an empty one, and comes to be null there.
            column.push(match value {
                Value::String(None) => String::new().into(),
                Value::Bytes(None) => Vec::<u8>::new().into(),
                value => value,
            });
        }
    }
    let array = |(column, kind): (Vec<Value>, &ArrayType)| Value::Array(kind.clone(), Some(Box::new(column)));
    columns.into_iter().zip(kinds).map(array).collect()
}

fn sqlite_events(entries: &[Entry]) -> Statement {
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let sql = format!("INSERT INTO audit_event ({names}) VALUES {}", places(entries.len(), COLUMNS.len()));
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, entries.iter().flat_map(values))
}

fn sqlite_subjects(rows: &[[Value; 3]]) -> Statement {
    let sql = format!(
        "INSERT INTO audit_subject (customer_id, event_id, categories) VALUES {}",
        places(rows.len(), 3)
    );
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, rows.iter().flatten().cloned())
}

fn places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

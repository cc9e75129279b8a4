//! Opens and closes: holds the pools, the keys, the journal and the clock, and gives them to nobody.

use super::{
    Access, Broken, Caller, Clock, Released, Session, Settings, Stop, database::Database, event::Event,
    journal::Journal, operation::Gate, trail::Trail, vault::Vault,
};
use crate::{clock::Ticker, crypto::MasterKeys, policy::Actor};
use entity::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::AuditEventId,
};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Callers who were not let in, for one reason, and how often.
#[derive(Debug)]
pub struct Rejected {
    pub outcome: AuditOutcome,
    pub code: &'static str,
    /// Whom a good token names.
    pub bearer: Option<Actor>,
    pub client: Option<IpAddr>,
    pub request_id: String,
    pub count: u64,
}

/// The one way in.
#[derive(Debug)]
pub struct Door {
    pub(in crate::access) database: Database,
    pub(in crate::access) vault: Vault,
    pub(in crate::access) journal: Journal,
    pub(in crate::access) ticker: Ticker,
    writer: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Door {
    /// Migrates, connects and starts the journal.
    ///
    /// # Errors
    /// When the database cannot be reached or migrated.
    pub async fn open(
        settings: &Settings,
        keys: MasterKeys,
        clock: Box<dyn Clock>,
    ) -> Result<Arc<Self>, Broken> {
        Ok(Self::with(Database::open(settings).await?, keys, clock))
    }

    fn with(database: Database, keys: MasterKeys, clock: Box<dyn Clock>) -> Arc<Self> {
        let ticker = Ticker::new(clock);
        let (journal, writer) = Journal::start(database.audit.clone(), ticker.id());
        let (vault, writer) = (Vault::new(keys), Mutex::new(Some(writer)));
        Arc::new(Self { database, vault, journal, ticker, writer })
    }

    /// Connects for looking alone: nothing is migrated, and whatever would be written fails. A role that may read is enough.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn look(
        settings: &Settings,
        keys: MasterKeys,
        clock: Box<dyn Clock>,
    ) -> Result<Arc<Self>, Broken> {
        Ok(Self::with(Database::look(settings).await?, keys, clock))
    }

    /// A request of a caller who was identified.
    pub fn session(self: &Arc<Self>, caller: Caller) -> Session {
        Session::new(self.clone(), caller)
    }

    /// An operation of one of the program's own parts, under a name that the log will show.
    pub fn program(self: &Arc<Self>, part: &str, operation: &str) -> Access {
        let request_id = self.ticker.id().to_string();
        let caller = Caller { actor: program(part), purpose: None, reason: None, request_id, client: None };
        Access::new(self.clone(), Arc::new(caller), operation, Gate::AtOnce)
    }

    /// An operation on behalf of somebody who asked for it before: each read is on record before it is returned.
    pub fn errand(self: &Arc<Self>, caller: Caller, operation: &str) -> Access {
        Access::new(self.clone(), Arc::new(caller), operation, Gate::AtOnce)
    }

    /// Now, by the clock that everything goes by.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.ticker.now()
    }

    /// A new request id.
    pub fn request_id(&self) -> String {
        self.ticker.id().to_string()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Broken> {
        self.database.ping().await
    }

    /// What is missing of what keeps the audit log as it is in the database, in words: triggers and privileges.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unprotected(&self) -> Result<Vec<String>, Broken> {
        self.database.unprotected().await
    }

    /// Whether the server's login can become the owner of the audit log, and take away what protects it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owner_in_reach(&self) -> Result<bool, Broken> {
        Ok(migration::protection::owner_in_reach(&self.database.reading).await?)
    }

    /// Makes the parts of the audit log that the next months' events go to; how many of this month and the next three have one. On
    /// `SQLite` there are none, and none is needed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare_months(&self) -> Result<Option<i64>, Broken> {
        self.database.prepare_months().await
    }

    /// The months that are parts of the audit log, as `2026-01`, from the first on; nothing on `SQLite`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_months(&self) -> Result<Vec<String>, Broken> {
        self.database.audit_months().await
    }

    /// Whether all who write wait for each other, so that a transaction should be short: so it is on `SQLite`.
    pub fn has_one_writer(&self) -> bool {
        self.database.has_one_writer()
    }

    /// Leaves nothing of what was destroyed in `SQLite`'s write-ahead log; whether it could. Elsewhere there is nothing to do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn empty_log(&self) -> Result<bool, Broken> {
        self.database.empty_log().await
    }

    /// Answers a caller who is not let in. Nothing was read, so the answer may leave; `rejected` goes on record first,
    /// unless it is counted for later, so that nobody can flood the log.
    pub async fn reject<T>(
        &self,
        rejected: Option<Rejected>,
        answer: T,
        instead: impl FnOnce(&Stop) -> T,
    ) -> Released<T> {
        let Some(rejected) = rejected else { return Released::new(answer) };
        match self.record_rejected(rejected).await {
            Ok(()) => Released::new(answer),
            Err(broken) => Released::new(instead(&broken.into())),
        }
    }

    /// Puts on record who was not let in, and how often.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn record_rejected(&self, rejected: Rejected) -> Result<(), Broken> {
        let Rejected { outcome, code, bearer, client, request_id, count } = rejected;
        let actor = bearer.unwrap_or_else(|| Actor::without_role(ActorKind::Person, "unknown", "unknown"));
        let caller = Arc::new(Caller { actor, purpose: None, reason: None, request_id, client });
        let (id, at) = self.ticker.stamp();
        let event = Event {
            id: AuditEventId(id),
            at,
            operation: "authenticate".to_owned(),
            kind: AuditKind::Authenticate,
            target: Some("Viewer".to_owned()),
            target_id: None,
            outcome,
            code: Some(code),
            count: Some(count),
            trail: Trail::default(),
        };
        self.journal.record(vec![event], &caller).await
    }

    /// Writes what was handed in and closes the connections. Nothing can be asked afterwards.
    pub async fn close(self: Arc<Self>) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let database = self.database.clone();
        // The writer ends once the last sender, which is the door's, is gone.
        drop(self);
        if let Some(writer) = writer
            && tokio::time::timeout(Duration::from_secs(10), writer).await.is_err()
        {
            tracing::warn!("something still held the door open");
        }
        database.close().await;
    }
}

fn program(part: &str) -> Actor {
    Actor {
        name: Some(format!("Kartotek ({part})")),
        ..Actor::without_role(ActorKind::Program, "kartotek", part)
    }
}

//! Opens and closes: holds the pools, the keys, the journal and the clock, and gives them to nobody.

use super::{
    Access, Broken, Caller, Clock, Released, Session, Settings, Stop,
    clock::Ticker,
    database::{self, Database, Engine},
    event::Event,
    journal::Journal,
    operation::Gate,
    rejections::{Rejections, Who},
    trail::Trail,
    vault::Vault,
};
use crate::{crypto::MasterKeys, policy::Actor, transparency::TargetBody};
use entity::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::AuditEventId,
};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The one way in.
#[derive(Debug)]
pub struct Door {
    pub(in crate::access) database: Database,
    pub(in crate::access) vault: Vault,
    pub(in crate::access) journal: Journal,
    pub(in crate::access) ticker: Ticker,
    writer: Mutex<Option<tokio::task::JoinHandle<()>>>,
    rejections: Rejections,
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
        let database = Database::open(settings).await?;
        let (journal, writer) = Journal::start(database.audit().clone());
        Ok(Arc::new(Self {
            database,
            vault: Vault::new(keys),
            journal,
            ticker: Ticker::new(clock),
            writer: Mutex::new(Some(writer)),
            rejections: Rejections::default(),
        }))
    }

    /// Applies what is pending and sets the privileges anew, and nothing else.
    ///
    /// # Errors
    /// When the database cannot be reached or migrated.
    pub async fn migrate(settings: &Settings) -> Result<(), Broken> {
        database::migrate_and_grant(settings).await
    }

    /// Each migration's name, and whether it is applied.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn migrations(settings: &Settings) -> Result<Vec<(String, bool)>, Broken> {
        database::migrations(settings).await
    }

    /// The names of all migrations that this version knows.
    pub fn known_migrations() -> Vec<String> {
        database::known_migrations()
    }

    /// Which database the settings are for.
    pub fn engine(settings: &Settings) -> Engine {
        database::engine(settings)
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

    /// Answers a caller who is not let in: `bearer`, if a good token names somebody. Nothing was read, so the answer may
    /// leave; that it was tried is on record, once a minute for each bearer and, where there is none, each address.
    /// When there are too many of those, an event that names nobody and no address stands for the rest.
    pub async fn reject<T>(
        &self,
        bearer: Option<Actor>,
        client: IpAddr,
        request_id: &str,
        answer: T,
        instead: impl FnOnce(&Stop) -> T,
    ) -> Released<T> {
        let now = self.ticker.now();
        let who = bearer.as_ref().map_or_else(|| client.into(), |bearer| Who::Actor(bearer.id()));
        let code = if bearer.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
        let Some((who, count)) = self.rejections.count(who, now) else { return Released::new(answer) };
        let (bearer, client) = if who == Who::Others { (None, None) } else { (bearer, Some(client)) };
        let actor = bearer.unwrap_or_else(|| actor(ActorKind::Person, "unknown", "unknown"));
        let request_id = request_id.to_owned();
        let caller = Arc::new(Caller { actor, purpose: None, reason: None, request_id, client });
        let event = Event {
            id: AuditEventId(self.ticker.id()),
            at: now,
            operation: "authenticate".to_owned(),
            kind: AuditKind::Authenticate,
            target: Some(TargetBody { id: None, kind: "Viewer".to_owned() }),
            outcome: AuditOutcome::Denied,
            code: Some(code),
            count: Some(count),
            trail: Trail::default(),
        };
        match self.journal.record(vec![event], &caller).await {
            Ok(()) => Released::new(answer),
            Err(broken) => Released::new(instead(&broken.into())),
        }
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
    Actor { name: Some(format!("Kartotek ({part})")), ..actor(ActorKind::Program, "kartotek", part) }
}

/// Somebody without a role.
fn actor(kind: ActorKind, issuer: &str, subject: &str) -> Actor {
    Actor {
        kind,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        name: None,
        roles: Vec::new(),
        scopes: Vec::new(),
        customer: None,
        reference: None,
    }
}

//! The whole server in process: real router, schema, policy, tokens and database; only the clock is false.

use super::{
    Answer, Database, audit,
    clock::{FakeClock, start},
    connect::connectors,
    mailbox::Mailbox,
    told,
};
use chrono::{DateTime, TimeDelta, Utc};
use kartotek::{
    auth::{Keys, LocalKey, TokenRules, TokenVerifier},
    connector::Connectors,
    crypto::MasterKeys,
    http::{Limits, TrustedProxies, serve},
    ledger::Ledger,
    server::{Parts, Server},
    worker::{Worked, Worker},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::{
    LazyLock, Mutex, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use tokio::net::TcpListener;

/// The key that this run's tokens are signed with.
pub static KEY: LazyLock<LocalKey> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    LocalKey::load_or_create(&folder.path().join(LocalKey::FILE)).unwrap()
});

/// How long a token may live.
pub const LONGEST: i64 = 24 * 60 * 60;

/// The name of the erasure ledger, beside the database.
pub const LEDGER: &str = "erasure-ledger.jsonl";

/// A server, its database and its clock. Every test ends it with [`TestApp::finish`].
pub struct TestApp {
    pub database: Database,
    pub clock: FakeClock,
    pub server: Server,
    serving: OnceLock<tokio::task::JoinHandle<std::io::Result<()>>>,
    /// Where it is reached, if it is.
    pub url: OnceLock<String>,
    asked: Mutex<Vec<Asked>>,
    turned_away: AtomicU64,
    unfinished: Unfinished,
}

/// What has to be found in the log when all is over.
#[derive(Clone, Debug)]
struct Asked {
    request_id: String,
    events: usize,
}

/// A test that forgets to finish has not looked whether its answers are on record.
struct Unfinished(bool);

impl Drop for Unfinished {
    fn drop(&mut self) {
        assert!(!self.0 || std::thread::panicking(), "the test ended without `finish`");
    }
}

/// What the server of a test is made from.
pub fn parts(database: &Database, clock: FakeClock) -> Parts {
    let rules = TokenRules {
        issuer: LocalKey::ISSUER.to_owned(),
        audience: LocalKey::AUDIENCE.to_owned(),
        roles_claim: "roles".to_owned(),
        max_lifetime_seconds: LONGEST,
    };
    Parts {
        database: database.settings(),
        keys: MasterKeys::parse(&format!("{}=", "A".repeat(43))).unwrap(),
        clock: Box::new(clock),
        verifier: TokenVerifier::new(Keys::from_local(&KEY).unwrap(), rules),
        introspection: false,
        limits: Limits::default(),
        proxies: TrustedProxies::default(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        sweep_interval: None,
        approval_above: 10,
        small_group: 5,
        connectors: connectors(None, None),
        ledger: Ledger::new(database.beside(LEDGER)),
        log: None,
    }
}

impl TestApp {
    /// With the demo company.
    pub async fn new() -> Self {
        Self::on(Database::demo().await).await
    }

    /// With the demo company, on a real socket, where third parties reach it.
    pub async fn reachable() -> Self {
        Self::reachable_by(None).await
    }

    /// The same, with a mail server.
    pub async fn with_mail() -> (Self, Mailbox) {
        let mailbox = Mailbox::new().await;
        (Self::reachable_by(Some(&mailbox.url)).await, mailbox)
    }

    async fn reachable_by(smtp_url: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Self::reaching(Database::demo().await, connectors(Some(&url), smtp_url)).await;
        let (router, limits) = (app.server.router.clone(), app.server.limits.clone());
        let serving = serve(listener, router, limits, std::future::pending());
        app.serving.set(tokio::spawn(serving)).unwrap();
        app.url.set(url).unwrap();
        app
    }

    /// On this database, which is migrated and seeded when it is empty.
    pub async fn on(database: Database) -> Self {
        Self::reaching(database, connectors(None, None)).await
    }

    /// On this database, with what it may reach.
    pub async fn reaching(database: Database, connectors: Connectors) -> Self {
        let clock = FakeClock::at(start());
        let parts = Parts { connectors, ..parts(&database, clock.clone()) };
        let server = Server::start(parts).await.unwrap();
        Self {
            database,
            clock,
            server,
            serving: OnceLock::new(),
            url: OnceLock::new(),
            asked: Mutex::default(),
            turned_away: AtomicU64::default(),
            unfinished: Unfinished(true),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.peek()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// One pass of the sweep, as the server makes them by itself. How many lines changed.
    pub async fn sweep(&self) -> usize {
        let catalog = self.server.catalogs.refresh().await.unwrap();
        let swept = kartotek::domain::disposal::sweep(&self.server.door, &catalog).await.unwrap();
        assert_eq!(swept.failed, 0);
        kartotek::worker::forget_exports(&self.server.door).await.unwrap();
        swept.lines
    }

    /// Adds up what was counted, if there is much to, as the server does by itself.
    pub async fn fold_inventory(&self) {
        kartotek::domain::inventory::fold(&self.server.door).await.unwrap();
    }

    /// One pass of the worker, as the server makes them by itself. How many tasks were done, and left to people.
    pub async fn work(&self) -> (usize, usize) {
        let worked = self.try_to_work().await;
        assert_eq!(worked.failed, 0);
        (worked.done, worked.left)
    }

    /// The same, where some of it may fail.
    pub async fn try_to_work(&self) -> Worked {
        self.server.catalogs.refresh().await.unwrap();
        self.worker().pass().await.unwrap()
    }

    /// One that does what is to be done, when it is told to.
    pub fn worker(&self) -> Worker {
        let server = &self.server;
        Worker {
            door: server.door.clone(),
            catalogs: server.catalogs.clone(),
            connectors: server.connectors.clone(),
            erasures: server.erasures.clone(),
            approval_above: 10,
            small_group: 5,
        }
    }

    /// Notes what this answer must have left in the log, and looks whether mutations refuse with their own codes.
    pub(super) fn answered(&self, answer: &Answer) {
        for (field, payload) in answer.json["data"].as_object().into_iter().flatten() {
            let Some(listed) = told::refusals_of(field) else { continue };
            for error in payload["userErrors"].as_array().into_iter().flatten() {
                let code = error["code"].as_str().unwrap();
                let known = listed.contains(code) || told::FROM_ANY.contains(&code);
                assert!(known, "{field} refuses with {code}, which its description does not list");
            }
        }
        let asked = Asked { request_id: answer.request_id.clone(), events: answer.owes() };
        self.asked.lock().unwrap().push(asked);
        self.turned_away.fetch_add(u64::from(answer.turned_away()), Ordering::Relaxed);
    }

    /// Notes that so many were turned away who asked past the clients of tests.
    pub fn turned_away_by_others(&self, number: u64) {
        self.turned_away.fetch_add(number, Ordering::Relaxed);
    }

    /// Asserts what holds after every test, and takes everything down: every answered operation has its event, every
    /// row of the log is what its body says, under its hash, and whoever was turned away is counted once the server has
    /// ended.
    pub async fn finish(self) {
        self.taken_down().await.discard().await;
    }

    /// Ends a test that has changed the log behind the server's back.
    pub async fn give_up(self) {
        self.leave().await.discard().await;
    }

    /// The same, and leaves the database.
    pub async fn leave(mut self) -> Database {
        self.unfinished.0 = false;
        self.server.close().await;
        self.database
    }

    /// The same, and leaves the database.
    pub(super) async fn taken_down(mut self) -> Database {
        audit::check_whole_log(&self.database).await;
        let log = audit::all(&self.database).await;
        for asked in self.asked.lock().unwrap().iter() {
            let found = log.iter().filter(|event| event.request_id == asked.request_id).count();
            assert!(found >= asked.events, "{asked:?} has {found} events");
        }
        self.unfinished.0 = false;
        if let Some(serving) = self.serving.take() {
            serving.abort();
            assert!(serving.await.unwrap_err().is_cancelled());
        }
        self.server.close().await;
        let log = audit::all(&self.database).await.into_iter();
        let counted = log.filter(|event| event.operation == "authenticate").filter_map(|event| event.count);
        let (counted, turned_away) = (counted.sum::<u64>(), self.turned_away.into_inner());
        assert!(counted >= turned_away, "{turned_away} were turned away, and {counted} are on record");
        self.database
    }
}

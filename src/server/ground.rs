//! What serving and working both stand on: an open database whose keys are at hand, its reference data, the ways to other
//! systems, and duties that run until they are told to stop.

use crate::{
    access::{Broken, Door, Stop},
    connector::Connectors,
    domain::{audit::Log, catalog::Catalogs, demo::Seed, erasure::Erasures, master_key::UseMasterKeys},
    ledger::Ledger,
    worker::{
        Worker, keep_alarms, keep_catalog, keep_erasures, keep_jobs, keep_maps, keep_metrics, keep_months,
        keep_pushed, keep_reconciliations, keep_reports, keep_sealed, keep_tasks,
    },
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// Why a server or its workers did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    #[error("the database cannot be used")]
    Database(#[from] Broken),
    #[error("the master keys are not this database's")]
    Keys(#[source] Stop),
    #[error("the reference data cannot be loaded")]
    Catalog(#[from] Stop),
    #[error("the schema cannot be read")]
    Schema(#[from] async_graphql::parser::Error),
}

impl NotStarted {
    /// What it means that the master keys could not be looked at, or are others.
    #[must_use]
    pub fn of_keys(stop: Stop) -> Self {
        match stop {
            Stop::Refused(_) => Self::Keys(stop),
            Stop::Broken(broken) => broken.into(),
            Stop::Denied(_) => stop.into(),
        }
    }
}

/// A database that can be worked with.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) door: Arc<Door>,
    pub(super) catalogs: Arc<Catalogs>,
    pub(super) connectors: Arc<Connectors>,
    pub(super) erasures: Arc<Erasures>,
    duties: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Ground {
    /// Checks the master keys, fills a new database with what every installation ships with, and makes good what whoever died
    /// in the middle of an erasure has left.
    pub(super) async fn prepare(
        door: Arc<Door>,
        connectors: Connectors,
        ledger: Ledger,
    ) -> Result<Self, NotStarted> {
        door.program("setup", "useMasterKeys").write(UseMasterKeys).await.map_err(NotStarted::of_keys)?;
        let catalogs = Arc::new(Catalogs::load(&door).await?);
        if catalogs.current().controller.is_none() {
            door.program("setup", "seedCatalog").write(Seed).await?;
            catalogs.refresh().await?;
        }
        let erasures = Arc::new(Erasures::new(door.clone(), Arc::new(ledger)));
        erasures.keep_whole().await;
        erasures.empty_log().await;
        let (stop, _) = watch::channel(false);
        Ok(Self { door, catalogs, connectors: Arc::new(connectors), erasures, duties: Vec::new(), stop })
    }

    /// Starts a duty, which is given what tells it to stop.
    pub(super) fn start<F>(&mut self, duty: impl FnOnce(watch::Receiver<bool>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.duties.push(tokio::spawn(duty(self.stop.subscribe())));
    }

    /// Keeps the reference data fresh and the metrics tidy, as all do.
    pub(super) fn keep_up(&mut self, metrics: PrometheusHandle) {
        let catalogs = self.catalogs.clone();
        self.start(|stop| keep_catalog(catalogs, stop));
        self.start(|stop| keep_metrics(metrics, stop));
    }

    /// Does tasks and bulk work, and looks through all maps, and after erasures, every so often; and seals the audit log, where there is a
    /// key for it.
    pub(super) fn work(
        &mut self,
        sweep_interval: Duration,
        (approval_above, small_group): (u64, u32),
        log: Option<Log>,
    ) {
        let log = log.map(Arc::new);
        let (door, watched) = (self.door.clone(), log.clone());
        self.start(|stop| keep_alarms(watched, door, stop));
        let door = self.door.clone();
        self.start(|stop| keep_months(door, stop));
        if let Some(log) = log.clone().filter(|log| log.pushes()) {
            self.start(|stop| keep_pushed(log, stop));
        }
        if let Some(log) = log {
            let door = self.door.clone();
            self.start(|stop| keep_sealed(log, door, stop));
        }
        let (door, catalogs) = (self.door.clone(), self.catalogs.clone());
        self.start(|stop| keep_maps(door, catalogs, sweep_interval, stop));
        let (erasures, catalogs) = (self.erasures.clone(), self.catalogs.clone());
        self.start(|stop| keep_erasures(erasures, catalogs, sweep_interval, stop));
        let worker = Worker {
            door: self.door.clone(),
            catalogs: self.catalogs.clone(),
            connectors: self.connectors.clone(),
            erasures: self.erasures.clone(),
            approval_above,
            small_group,
        };
        let (comparing, bulk, reporting) = (worker.clone(), worker.clone(), worker.clone());
        self.start(|stop| keep_tasks(worker, stop));
        self.start(|stop| keep_reconciliations(comparing, stop));
        self.start(|stop| keep_jobs(bulk, stop));
        self.start(|stop| keep_reports(reporting, stop));
    }

    /// What tells others to stop, as duties are told.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Ends the duties. What is under way has a few seconds.
    pub(super) async fn end_duties(&mut self) {
        self.stop.send_replace(true);
        for duty in self.duties.drain(..) {
            if let Err(error) = duty.await {
                tracing::warn!(%error, "a duty did not end well");
            }
        }
    }

    /// Closes what is open: connections to other systems, then the database, once what is on its way to the audit log is there.
    pub(super) async fn close(self) {
        self.connectors.close().await;
        drop((self.catalogs, self.erasures));
        self.door.close().await;
    }
}

//! The parts put together: database, reference data, API and HTTP, as `kartotek serve` and the tests run them.

use crate::{
    access::{Broken, Clock, Door, Settings, Stop},
    auth::TokenVerifier,
    connector::Connectors,
    crypto::MasterKeys,
    domain::{catalog::Catalogs, demo::Seed, master_key::UseMasterKeys},
    graphql::Api,
    http::{
        Answers, Callbacks, Front, Limits, Probes, Site, TrustedProxies, answer_routes, callback_routes,
        router,
    },
    worker::{Worker, keep_catalog, keep_keys, keep_maps, keep_metrics, keep_rejections, keep_tasks},
};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// What a server is made from.
#[derive(Debug)]
pub struct Parts {
    pub database: Settings,
    pub keys: MasterKeys,
    pub clock: Box<dyn Clock>,
    pub verifier: TokenVerifier,
    pub introspection: bool,
    pub limits: Limits,
    pub proxies: TrustedProxies,
    pub metrics: PrometheusHandle,
    /// How often maps are looked through for what time has changed; `None` where somebody else does that, and what tasks say.
    pub sweep_interval: Option<Duration>,
    /// What reaches other systems.
    pub connectors: Connectors,
}

/// A server that answers once its router is served.
#[derive(Debug)]
pub struct Server {
    pub door: Arc<Door>,
    pub catalogs: Arc<Catalogs>,
    pub connectors: Arc<Connectors>,
    pub router: Router,
    front: Arc<Front>,
    pub limits: Limits,
    stop: watch::Sender<bool>,
    duties: Vec<JoinHandle<()>>,
}

/// Why a server did not start.
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

fn wrong_keys(stop: Stop) -> NotStarted {
    match stop {
        Stop::Refused(_) => NotStarted::Keys(stop),
        Stop::Broken(broken) => broken.into(),
        Stop::Denied(_) => stop.into(),
    }
}

impl Server {
    /// Migrates, connects, checks the master keys, loads the reference data and starts the duties.
    ///
    /// # Errors
    /// When the database cannot be used, or was sealed with other master keys.
    pub async fn start(parts: Parts) -> Result<Self, NotStarted> {
        let door = Door::open(&parts.database, parts.keys, parts.clock).await?;
        door.program("setup", "useMasterKeys").write(UseMasterKeys).await.map_err(wrong_keys)?;
        let catalogs = Arc::new(Catalogs::load(&door).await?);
        if catalogs.current().controller.is_none() {
            door.program("setup", "seedCatalog").write(Seed).await?;
            catalogs.refresh().await?;
        }
        let connectors = Arc::new(parts.connectors);
        let api = Api::new(catalogs.clone(), connectors.clone(), parts.introspection)?;
        let verifier = Arc::new(parts.verifier);
        verifier.keys().refresh(door.now().timestamp()).await;
        let front = Arc::new(Front::new(door.clone(), verifier.clone(), api));
        let callbacks = Callbacks {
            front: front.clone(),
            catalogs: catalogs.clone(),
            connectors: connectors.clone(),
            proxies: parts.proxies.clone(),
        };
        let answers =
            Answers { front: front.clone(), catalogs: catalogs.clone(), proxies: parts.proxies.clone() };
        let site = Site {
            probes: probes(&door, &verifier, parts.metrics.clone()),
            answer: front.clone(),
            new_request_id: request_ids(&door),
            proxies: parts.proxies,
        };
        let (stop, stopped) = watch::channel(false);
        let mut duties = vec![
            tokio::spawn(keep_catalog(catalogs.clone(), stopped.clone())),
            tokio::spawn(keep_metrics(parts.metrics, stopped.clone())),
            tokio::spawn(keep_rejections(recording(&front), stopped.clone())),
        ];
        if let Some(every) = parts.sweep_interval {
            duties.push(tokio::spawn(keep_maps(door.clone(), catalogs.clone(), every, stopped.clone())));
            let worker = Worker {
                door: door.clone(),
                catalogs: catalogs.clone(),
                connectors: connectors.clone(),
                part: "worker",
            };
            duties.push(tokio::spawn(keep_tasks(worker, stopped.clone())));
        }
        if verifier.keys().are_published() {
            let clock = door.clone();
            let now = move || clock.now().timestamp();
            duties.push(tokio::spawn(keep_keys(verifier.keys().clone(), now, stopped)));
        }
        let router = router(site, &parts.limits, callback_routes(callbacks).merge(answer_routes(answers)));
        Ok(Self { door, catalogs, connectors, front, router, limits: parts.limits, stop, duties })
    }

    /// Ends the duties, writes what is on its way to the audit log, and closes the database.
    pub async fn close(self) {
        self.stop.send_replace(true);
        for duty in self.duties {
            if let Err(error) = duty.await {
                tracing::warn!(%error, "a duty did not end well");
            }
        }
        self.front.record_last_rejections().await;
        self.connectors.close().await;
        drop((self.router, self.front, self.catalogs));
        self.door.close().await;
    }
}

fn probes(door: &Arc<Door>, verifier: &Arc<TokenVerifier>, metrics: PrometheusHandle) -> Probes {
    let (door, verifier) = (door.clone(), verifier.clone());
    let ready = move || {
        let (door, verifier) = (door.clone(), verifier.clone());
        Box::pin(async move {
            door.ping().await.map_err(|error| error.to_string())?;
            if verifier.keys().available(door.now().timestamp()) {
                Ok(())
            } else {
                Err("there are no keys to check tokens with".to_owned())
            }
        }) as futures::future::BoxFuture<'static, Result<(), String>>
    };
    Probes { ready: Arc::new(ready), metrics }
}

fn recording(front: &Arc<Front>) -> impl Fn() -> futures::future::BoxFuture<'static, ()> + Send + use<> {
    let front = front.clone();
    move || {
        let front = front.clone();
        Box::pin(async move { front.record_rejections().await })
    }
}

fn request_ids(door: &Arc<Door>) -> Arc<dyn Fn() -> String + Send + Sync> {
    let door = door.clone();
    Arc::new(move || door.request_id())
}

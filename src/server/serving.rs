//! A server that answers, as `kartotek serve` and the tests run it.

use super::ground::{Ground, NotStarted};
use crate::{
    access::{Clock, Door, Settings},
    auth::TokenVerifier,
    connector::Connectors,
    crypto::MasterKeys,
    domain::{audit::Log, catalog::Catalogs, erasure::Erasures},
    graphql::Api,
    http::{
        Answers, Callbacks, Front, Limits, Probes, Reports, Site, Sockets, TrustedProxies, answer_routes,
        callback_routes, log_routes, report_routes, router, socket_routes,
    },
    ledger::Ledger,
    worker::{keep_keys, keep_rejections},
};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};

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
    /// Bulk work about more customers than these waits for a second person.
    pub approval_above: u64,
    /// A group among those who were anonymized is small if it has fewer; up to 1, nobody wants to know.
    pub small_group: u32,
    /// What reaches other systems.
    pub connectors: Connectors,
    /// What says who was erased, outside the database.
    pub ledger: Ledger,
    /// What the audit log is signed with; `None` where somebody else does that.
    pub log: Option<Log>,
}

/// A server that answers once its router is served.
#[derive(Debug)]
pub struct Server {
    pub door: Arc<Door>,
    pub catalogs: Arc<Catalogs>,
    pub connectors: Arc<Connectors>,
    pub erasures: Arc<Erasures>,
    pub router: Router,
    front: Arc<Front>,
    pub limits: Limits,
    ground: Ground,
}

impl Server {
    /// Migrates, connects, checks the master keys, loads the reference data and starts the duties.
    ///
    /// # Errors
    /// When the database cannot be used, or was sealed with other master keys.
    pub async fn start(parts: Parts) -> Result<Self, NotStarted> {
        let door = Door::open(&parts.database, parts.keys, parts.clock).await?;
        let mut ground = Ground::prepare(door.clone(), parts.connectors, parts.ledger).await?;
        let (catalogs, connectors) = (ground.catalogs.clone(), ground.connectors.clone());
        let erasures = ground.erasures.clone();
        let api = Api::new(catalogs.clone(), connectors.clone(), erasures.clone(), parts.introspection)?;
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
        let reports = Reports { front: front.clone(), proxies: parts.proxies.clone() };
        let site = Site {
            probes: probes(&door, &verifier, parts.metrics.clone()),
            answer: front.clone(),
            new_request_id: request_ids(&door),
            proxies: parts.proxies.clone(),
        };
        let sockets = Sockets::new(front.clone(), parts.proxies, ground.stopping());
        let open = sockets.clone();
        ground.start(|stop| open.ended(stop));
        ground.keep_up(parts.metrics);
        ground.start(|stop| keep_rejections(recording(&front), stop));
        if let Some(every) = parts.sweep_interval {
            ground.work(every, (parts.approval_above, parts.small_group), parts.log);
        }
        if verifier.keys().are_published() {
            let (keys, clock) = (verifier.keys().clone(), door.clone());
            ground.start(|stop| keep_keys(keys, move || clock.now().timestamp(), stop));
        }
        let router = router(
            site,
            &parts.limits,
            callback_routes(callbacks)
                .merge(answer_routes(answers))
                .merge(report_routes(reports))
                .merge(log_routes(door.clone()))
                .merge(socket_routes(sockets)),
        );
        Ok(Self { door, catalogs, connectors, erasures, front, router, limits: parts.limits, ground })
    }

    /// Ends the duties, writes what is on its way to the audit log, and closes the database.
    pub async fn close(mut self) {
        self.ground.end_duties().await;
        self.front.record_last_rejections().await;
        // Nobody else holds the door then, and it can be closed.
        drop((self.router, self.front, self.catalogs, self.connectors, self.erasures, self.door));
        self.ground.close().await;
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

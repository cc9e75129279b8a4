//! `kartotek serve`: brings the database up to date, then serves.

use super::{
    args::ServeArgs, connectors, database, demo::Demo, failure::Failure, keys, ledger, output,
    stop::told_to_stop,
};
use crate::{
    access::SystemClock,
    config::Config,
    connector::Connectors,
    http::{Limits, TrustedProxies, serve},
    server::{NotStarted, Parts, Server},
    telemetry,
};
use std::pin::pin;
use tokio::net::TcpListener;

/// Serves until told to stop.
pub(super) async fn run(args: ServeArgs, config: Config) -> Result<(), Failure> {
    // Bound before anything is changed: a second server on the same port stops here.
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::new(error).hint(format!("KARTOTEK_LISTEN is {}", config.listen)))?;
    let database = database::settings(&config);
    let (master_keys, made) = keys::master(&config, args.demo)?;
    let allowed = connectors::allowed(&config)?;
    let demo = if args.demo { Some(Demo::start(&config).await?) } else { None };
    let parts = Parts {
        database,
        keys: master_keys,
        clock: Box::new(SystemClock),
        verifier: keys::verifier(&config, args.demo)?,
        introspection: config.introspection.unwrap_or(args.demo),
        limits: limits(&config),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        ledger: ledger::at_hand(&config)?,
        log: if args.no_worker { None } else { keys::log(&config, args.demo)? },
        metrics: telemetry::start_metrics()?,
        sweep_interval: (!args.no_worker).then_some(config.sweep_interval),
        approval_above: config.bulk_approval_above,
        small_group: config.small_group,
        connectors: Connectors::new(match &demo {
            Some(demo) => demo.allow(allowed),
            None => allowed,
        })?,
    };
    database::make(&parts.database)?;
    let mut stop = pin!(told_to_stop()?);
    let started = tokio::select! {
        started = Server::start(parts) => started,
        () = &mut stop => return Ok(()),
    };
    let server = match started {
        Ok(server) => server,
        Err(error) => {
            // Made for a database that already has others: nothing was ever sealed with it.
            if let (NotStarted::Keys(_), Some(file)) = (&error, made) {
                std::fs::remove_file(file)?;
            }
            return Err(database::not_started(error));
        }
    };
    if let Some(file) = made {
        output::note(&format!("made {}: lose it, and every profile is lost with it", file.display()));
    }
    let result = attend(demo.as_ref(), &server, listener, stop).await;
    tracing::info!("stopping");
    server.close().await;
    result
}

/// Loads the demo where there is to be one, and answers, until told to stop.
async fn attend(
    demo: Option<&Demo<'_>>,
    server: &Server,
    listener: TcpListener,
    mut stop: impl Future<Output = ()> + Unpin,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    if let Some(demo) = demo {
        tokio::select! {
            loaded = demo.load(server) => loaded?,
            () = &mut stop => return Ok(()),
        }
        output::data(&demo.welcome(address, server.door.now().timestamp())?)?;
    }
    tracing::info!(%address, "listening");
    Ok(serve(listener, server.router.clone(), server.limits.clone(), stop).await?)
}

fn limits(config: &Config) -> Limits {
    Limits {
        connections: config.max_connections,
        headers: config.header_timeout,
        request: config.request_timeout,
        body_bytes: config.max_body_bytes,
        ..Limits::default()
    }
}

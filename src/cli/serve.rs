//! `kartotek serve`: brings the database up to date, then serves.

use super::{args::ServeArgs, connectors, database, failure::Failure, keys, output};
use crate::{
    access::{Stop, SystemClock},
    auth::{LocalKey, TokenRequest},
    config::Config,
    domain::demo::{self, CUSTOMER},
    http::{Limits, TrustedProxies, serve},
    policy::Role,
    server::{NotStarted, Parts, Server},
    telemetry,
};
use std::{fmt::Write, net::SocketAddr, pin::pin};
use tokio::{net::TcpListener, signal::unix::SignalKind};

/// How long the demo's tokens last: as long as tokens may.
const DAY: i64 = 24 * 60 * 60;

/// Why the demo company is not there.
#[derive(Debug, thiserror::Error)]
#[error("the demo cannot be loaded")]
struct NotLoaded(#[source] Stop);

/// Serves until told to stop.
pub(super) async fn run(args: ServeArgs, config: Config) -> Result<(), Failure> {
    let database = database::settings(&config);
    let (master_keys, made) = keys::master(&config, args.demo)?;
    let parts = Parts {
        database,
        keys: master_keys,
        clock: Box::new(SystemClock),
        verifier: keys::verifier(&config, args.demo)?,
        introspection: config.introspection.unwrap_or(args.demo),
        limits: limits(&config),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        metrics: telemetry::start_metrics()?,
        sweep_interval: Some(config.sweep_interval),
        connectors: connectors::reach(&config)?,
    };
    database::make(&parts.database)?;
    if config.audit_key_file.is_some() {
        tracing::warn!("audit_key_file is set, and this version signs no checkpoints yet");
    }
    // Bound before anything is changed: a second server on the same port stops here.
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::new(error).hint(format!("KARTOTEK_LISTEN is {}", config.listen)))?;
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
    let result = attend(args.demo.then_some(&config), &server, listener, stop).await;
    tracing::info!("stopping");
    server.close().await;
    result
}

/// Loads the demo where there is to be one, and answers, until told to stop.
async fn attend(
    demo: Option<&Config>,
    server: &Server,
    listener: TcpListener,
    mut stop: impl Future<Output = ()> + Unpin,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    if let Some(config) = demo {
        tokio::select! {
            loaded = demo::load(&server.door, &server.catalogs) => loaded.map_err(NotLoaded)?,
            () = &mut stop => return Ok(()),
        }
        output::data(&welcome(config, address, server.door.now().timestamp())?)?;
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

fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// What the demo prints: where it is, who one can be, and something to ask.
fn welcome(config: &Config, address: SocketAddr, now: i64) -> Result<String, Failure> {
    let site = format!("http://{address}");
    if config.jwks_url.is_some() || config.jwt_public_key_file.is_some() {
        return Ok(format!(
            "Kartotek's demo is at {site}/graphiql. Tokens come from your identity provider.\n"
        ));
    }
    let (key, _) = keys::local(config)?;
    let mut text = format!(
        "Kartotek's demo is at {site}/graphiql\n\nTokens, good for a day, and a link that has each:\n"
    );
    let mut agent = String::new();
    for role in Role::ALL {
        let token = key.mint(&request(role), now)?;
        let purpose = match role {
            Role::Agent | Role::Service => "&purpose=DELIVER_SERVICE",
            _ => "",
        };
        writeln!(text, "\n{}\n{token}\n{site}/graphiql#token={token}{purpose}", role.word())?;
        if role == Role::Agent {
            agent = token;
        }
    }
    let query = "{ customer(reference: \\\"REF\\\") { reference profile { name email } dataLocations(first: 5) { nodes \
                 { category { key } system { name country thirdParty { name } } state justifications { kind \
                 explanation(locale: EN) } } } } }"
        .replace("REF", CUSTOMER);
    write!(
        text,
        "\nWhere does {CUSTOMER}'s personal data live, and why may it be there? Ask as an agent:\n\n\
         curl -s {site}/graphql -H 'Content-Type: application/json' -H 'Access-Purpose: DELIVER_SERVICE' \
         -H 'Authorization: Bearer {agent}' -d '{{\"query\":\"{query}\"}}'\n\n"
    )?;
    Ok(text)
}

/// Somebody of that role, in the demo.
fn request(role: Role) -> TokenRequest {
    let word = role.word();
    let scopes: &[&str] = if role == Role::Service { &["customer", "customers"] } else { &[] };
    TokenRequest {
        issuer: LocalKey::ISSUER.to_owned(),
        audience: LocalKey::AUDIENCE.to_owned(),
        subject: format!("demo-{}", word.to_ascii_lowercase()),
        name: Some(format!("Demo {}", word.to_ascii_lowercase())),
        roles: vec![word.to_owned()],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        customer: (role == Role::Customer).then(|| CUSTOMER.to_owned()),
        lifetime_seconds: DAY,
    }
}

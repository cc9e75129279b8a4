//! `kartotek serve`: brings the database up to date, then serves.

use super::{args::ServeArgs, database, failure::Failure, keys, output};
use crate::{
    access::SystemClock,
    auth::{LocalKey, TokenRequest},
    config::Config,
    http::{Limits, Network, TrustedProxies, serve},
    policy::Role,
    server::{Parts, Server},
    telemetry,
};
use std::fmt::Write;
use tokio::{net::TcpListener, signal::unix::SignalKind};

/// How long the demo's tokens last: as long as tokens may.
const DAY: i64 = 24 * 60 * 60;

/// Serves until told to stop.
pub(super) async fn run(args: ServeArgs, config: Config) -> Result<(), Failure> {
    let database = database::settings(&config)?;
    let parts = Parts {
        database,
        keys: keys::master(&config, args.demo)?,
        clock: Box::new(SystemClock),
        verifier: keys::verifier(&config, args.demo)?,
        introspection: config.introspection.unwrap_or(args.demo),
        limits: limits(&config),
        proxies: TrustedProxies::new(config.trusted_proxies.iter().copied().map(Network::from).collect()),
        metrics: telemetry::start_metrics()?,
    };
    // Bound before anything is changed: a second server on the same port stops here.
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::new(error).hint(format!("KARTOTEK_LISTEN is {}", config.listen)))?;
    let address = listener.local_addr()?;
    let server = Server::start(parts).await.map_err(|error| Failure::new(error).hint(database::HINT))?;
    if args.demo {
        crate::domain::demo::load(&server.door, &server.catalogs).await?;
        output::data(&welcome(&config, address, server.door.now().timestamp())?)?;
    }
    tracing::info!(%address, "listening");
    let result = serve(listener, server.router.clone(), server.limits.clone(), told_to_stop()?).await;
    tracing::info!("stopping");
    server.close().await;
    Ok(result?)
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
fn welcome(config: &Config, address: std::net::SocketAddr, now: i64) -> Result<String, Failure> {
    let (key, _) = keys::local(config)?;
    let customer = crate::domain::demo::CUSTOMER;
    let mut text = format!("Kartotek's demo is at http://{address}/graphiql\n\nTokens, good for a day:\n");
    let mut agent = String::new();
    for role in Role::ALL {
        let word = role.word();
        let scopes = if role == Role::Service {
            vec!["customers".to_owned(), "customer".to_owned()]
        } else {
            Vec::new()
        };
        let request = TokenRequest {
            issuer: LocalKey::ISSUER.to_owned(),
            audience: LocalKey::AUDIENCE.to_owned(),
            subject: format!("demo-{}", word.to_ascii_lowercase()),
            name: Some(format!("Demo {}", word.to_ascii_lowercase())),
            roles: vec![word.to_owned()],
            scopes,
            customer: (role == Role::Customer).then(|| customer.to_owned()),
            lifetime_seconds: DAY,
        };
        let token = key.mint(&request, now)?;
        writeln!(text, "\n{word}\n{token}")?;
        if role == Role::Agent {
            agent = token;
        }
    }
    let query = "{ customer(reference: \\\"REF\\\") { reference profile { name email } dataLocations(first: 5) { nodes \
                 { category { key } system { name country thirdParty { name } } state justifications { kind \
                 explanation(locale: EN) } } } } }"
        .replace("REF", customer);
    write!(
        text,
        "\nWhere does {customer}'s personal data live, and why may it be there? Ask as an agent:\n\n\
         curl -s http://{address}/graphql -H 'Content-Type: application/json' -H 'Access-Purpose: DELIVER_SERVICE' \
         -H 'Authorization: Bearer {agent}' -d '{{\"query\":\"{query}\"}}'\n\n"
    )?;
    Ok(text)
}

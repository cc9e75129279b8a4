//! What `kartotek serve --demo` has beyond a server: the example company, and the systems that its program can reach.

use super::{database, failure::Failure, keys, output};
use crate::{
    access::{Stop, SystemClock},
    auth::{LocalKey, TokenRequest},
    config::Config,
    connector::Allowed,
    demo_peers::Peers,
    domain::demo::{self, CUSTOMER},
    policy::Role,
    server::Server,
};
use std::{fmt::Write, net::SocketAddr};

/// How long the demo's tokens last: as long as tokens may.
const DAY: i64 = 24 * 60 * 60;

/// Why the demo company is not there.
#[derive(Debug, thiserror::Error)]
#[error("the demo cannot be loaded")]
struct NotLoaded(#[source] Stop);

/// The demo of one server.
pub(super) struct Demo<'a> {
    config: &'a Config,
    peers: Option<Peers>,
}

impl<'a> Demo<'a> {
    /// Starts the third party. An operator who has folders of their own for connectors gets none: the demo neither writes
    /// into them nor has the program leave them.
    pub(super) async fn start(config: &'a Config) -> Result<Self, Failure> {
        if config.connector_sqlite_dir.is_some() || config.secrets_dir.is_some() {
            output::note(
                "connector_sqlite_dir or secrets_dir is set: the demo's systems stay without connectors",
            );
            return Ok(Self { config, peers: None });
        }
        database::make_folder(&config.data_dir)?;
        let peers = Peers::start(&config.data_dir, Box::new(SystemClock)).await?;
        Ok(Self { config, peers: Some(peers) })
    }

    /// What the operator allows connectors, and what the demo's own need.
    pub(super) fn allow(&self, allowed: Allowed) -> Allowed {
        match &self.peers {
            Some(peers) => peers.allow(allowed),
            None => allowed,
        }
    }

    /// Loads the company and its systems, unless they are there.
    pub(super) async fn load(&self, server: &Server) -> Result<(), Failure> {
        demo::load(&server.door, &server.catalogs).await.map_err(NotLoaded)?;
        if let Some(peers) = &self.peers {
            peers.settle(&server.door, &server.catalogs).await?;
        }
        Ok(())
    }

    /// What is printed: where it is, who one can be, and something to ask.
    pub(super) fn welcome(&self, address: SocketAddr, now: i64) -> Result<String, Failure> {
        let mut text = welcome(self.config, address, now)?;
        if let Some(peers) = &self.peers {
            let folder = peers.folder();
            write!(
                text,
                "Kundregister and Faktureringssystem are SQLite databases in {}\n\
                 Old Mill Vault Ltd answers, and shows whom it holds, at http://{}/\n\n",
                folder.join("in-house").display(),
                peers.address()
            )?;
        }
        Ok(text)
    }
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

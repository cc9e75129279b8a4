//! What the documentation shows is what the program does: its examples are run, its table of settings is complete.
//!
//! An example is a comment, the query and its answer:
//!
//! ````text
//! <!-- example: where role=AGENT purpose=DELIVER_SERVICE -->
//! ```graphql
//! …
//! ```
//! ```json
//! …
//! ```
//! ````
//!
//! The words `customer=K-1001`, `service=web-hosting` and `system=Kundregister` beside them give their ids as variables,
//! `subscription=K-1001` the id of what that customer ordered last, and `planned=K-1001` with it the hash of what its end
//! would do, `request=K-1001` the id of what they asked for last. After `worked`, what is to be done by now has been done.
//!
//! The examples of one file are run in their order on one server, so that a later one can show what an earlier one
//! left in the audit log.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use kartotek::{
    access::{Settings, SystemClock},
    auth::{Keys, LocalKey, TokenRequest, TokenRules, TokenVerifier},
    config::{Config, Overrides},
    connector::{Allowed, Connectors, Hosts, Secrets},
    crypto::MasterKeys,
    demo_peers::Peers,
    domain::demo,
    http::{Limits, Peer, TrustedProxies},
    ledger::Ledger,
    server::{Parts, Server},
    worker::Worker,
};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use std::{collections::HashMap, error::Error, fs, net::Ipv4Addr, path::Path};
use tower::ServiceExt;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// How long tokens may live, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// The demo, as `kartotek serve --demo` runs it, on a database of its own.
struct Demo {
    server: Server,
    key: LocalKey,
    _peers: Peers,
    _folder: tempfile::TempDir,
}

/// Secrets that the examples name.
const SECRETS: [(&str, &str); 2] = [
    ("KARTOTEK_SECRET_PROJECTS", "kartotek:not-a-real-password"),
    ("KARTOTEK_SECRET_ZAHLWERK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="),
];

impl Demo {
    async fn start() -> Fallible<Self> {
        let folder = tempfile::tempdir()?;
        let key = LocalKey::load_or_create(&folder.path().join(LocalKey::FILE))?;
        let rules = TokenRules {
            issuer: LocalKey::ISSUER.to_owned(),
            audience: LocalKey::AUDIENCE.to_owned(),
            roles_claim: "roles".to_owned(),
            max_lifetime_seconds: DAY,
        };
        let url = format!("sqlite://{}/kartotek.db", folder.path().display());
        let peers = Peers::start(folder.path(), Box::new(SystemClock)).await?;
        let secrets = SECRETS.map(|(name, secret)| (name.to_owned(), secret.to_owned()));
        let hosts =
            ["db.internal:5432", "*.example"].map(str::parse).into_iter().collect::<Result<Vec<_>, _>>()?;
        let (secrets, hosts) = (Secrets::new(secrets, None), Hosts::new(hosts));
        let allowed = Allowed { secrets, hosts, ..Allowed::default() };
        let server = Server::start(Parts {
            database: Settings { url: url.into(), connections: 2 },
            keys: MasterKeys::parse(&MasterKeys::generate_text()?)?,
            clock: Box::new(SystemClock),
            verifier: TokenVerifier::new(Keys::from_local(&key)?, rules),
            introspection: true,
            limits: Limits::default(),
            proxies: TrustedProxies::default(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            sweep_interval: None,
            approval_above: 1_000,
            small_group: 5,
            connectors: Connectors::new(peers.allow(allowed))?,
            ledger: Ledger::new(folder.path().join("erasure-ledger.jsonl")),
            log: None,
        })
        .await?;
        demo::load(&server.door, &server.catalogs).await?;
        peers.settle(&server.door, &server.catalogs).await?;
        Ok(Self { server, key, _peers: peers, _folder: folder })
    }

    /// Does what is to be done by now.
    async fn work(&self) -> Fallible<()> {
        let (door, catalogs) = (self.server.door.clone(), self.server.catalogs.clone());
        catalogs.refresh().await?;
        let (connectors, erasures) = (self.server.connectors.clone(), self.server.erasures.clone());
        Worker { door, catalogs, connectors, erasures, approval_above: 1_000, small_group: 5 }.pass().await?;
        Ok(())
    }

    /// The answer to somebody with the demo's token of that role.
    async fn answer(&self, headers: &HashMap<String, String>, query: &str) -> Fallible<Value> {
        let role = headers.get("role").ok_or("the example names no role")?;
        if headers.contains_key("worked") {
            self.work().await?;
        }
        let mut request = Request::post("/graphql")
            .header("Authorization", format!("Bearer {}", self.token(role)?))
            .header("Content-Type", "application/json");
        for (word, name) in [("purpose", "Access-Purpose"), ("reason", "Access-Reason")] {
            if let Some(value) = headers.get(word) {
                request = request.header(name, value);
            }
        }
        let variables = self.variables(headers).await?;
        let body = Body::from(json!({ "query": query, "variables": variables }).to_string());
        let request = request.extension(Peer(Ipv4Addr::LOCALHOST.into())).body(body)?;
        let response = self.server.router.clone().oneshot(request).await?;
        Ok(serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await?)?)
    }

    /// Ids by what an example calls things: `customer=K-1001` is the variable `$customer`, `subscription=K-1001` what that
    /// customer ordered last.
    async fn variables(&self, words: &HashMap<String, String>) -> Fallible<Value> {
        let mut variables = json!({});
        for (name, argument) in [("customer", "reference"), ("service", "key")] {
            let Some(called) = words.get(name) else { continue };
            let query = format!("{{ {name}({argument}: \"{called}\") {{ id }} }}");
            let found =
                Box::pin(self.answer(&[("role".to_owned(), "COMPLIANCE".to_owned())].into(), &query)).await?;
            variables[name] = found["data"][name]["id"].clone();
        }
        if let Some(whose) = words.get("subscription").or(words.get("planned")) {
            let query = format!(
                "{{ customer(reference: \"{whose}\") {{ serviceSubscriptions(first: 1) {{ nodes {{ id }} }} }} }}"
            );
            let found =
                Box::pin(self.answer(&[("role".to_owned(), "COMPLIANCE".to_owned())].into(), &query)).await?;
            let nodes = &found["data"]["customer"]["serviceSubscriptions"]["nodes"];
            variables["subscription"] = nodes[0]["id"].clone();
        }
        if let Some(whose) = words.get("request") {
            let query = format!(
                "{{ customer(reference: \"{whose}\") {{ dataRequests(first: 1) {{ nodes {{ id }} }} }} }}"
            );
            let found =
                Box::pin(self.answer(&[("role".to_owned(), "COMPLIANCE".to_owned())].into(), &query)).await?;
            variables["request"] = found["data"]["customer"]["dataRequests"]["nodes"][0]["id"].clone();
        }
        if let Some(called) = words.get("system") {
            let query = "{ systems(first: 100) { nodes { id name } } }";
            let found =
                Box::pin(self.answer(&[("role".to_owned(), "ADMIN".to_owned())].into(), query)).await?;
            let nodes = found["data"]["systems"]["nodes"].as_array().ok_or("there are no systems")?;
            let named = nodes.iter().find(|node| node["name"] == called.as_str());
            variables["system"] = named.ok_or("there is no such system")?["id"].clone();
        }
        if let Some(whose) = words.get("planned") {
            let mut words = words.clone();
            words.remove("planned");
            words.insert("subscription".to_owned(), whose.clone());
            let query = "mutation ($subscription: ID!) { endSubscription(input: { serviceSubscriptionId: $subscription,
                reason: \"Moved abroad\", dryRun: true }) { plan { planHash } } }";
            let planned = Box::pin(self.answer(&words, query)).await?;
            variables["planHash"] = planned["data"]["endSubscription"]["plan"]["planHash"].clone();
        }
        Ok(variables)
    }

    fn token(&self, role: &str) -> Fallible<String> {
        let request = TokenRequest {
            issuer: LocalKey::ISSUER.to_owned(),
            audience: LocalKey::AUDIENCE.to_owned(),
            subject: format!("demo-{}", role.to_lowercase()),
            name: None,
            roles: vec![role.to_owned()],
            scopes: if role == "SERVICE" {
                vec!["customers".to_owned(), "customer".to_owned()]
            } else {
                Vec::new()
            },
            customer: (role == "CUSTOMER").then(|| demo::CUSTOMER.to_owned()),
            lifetime_seconds: DAY,
        };
        Ok(self.key.mint(&request, self.server.door.now().timestamp())?)
    }
}

/// A query and the answer that the documentation promises.
struct Example {
    name: String,
    headers: HashMap<String, String>,
    query: String,
    answer: Value,
}

fn examples(text: &str) -> Fallible<Vec<Example>> {
    let example = |after: &str| {
        let (marker, rest) = after.split_once("-->").ok_or("an example's comment does not end")?;
        let mut words = marker.split_whitespace();
        let name = words.next().ok_or("an example has no name")?.to_owned();
        let pairs = words.map(|word| word.split_once('=').unwrap_or((word, "")));
        let headers = pairs.map(|(word, value)| (word.to_owned(), value.to_owned())).collect();
        let (query, rest) = block(rest, "graphql").ok_or_else(|| format!("{name} has no query"))?;
        let (answer, _) = block(rest, "json").ok_or_else(|| format!("{name} has no answer"))?;
        Ok(Example { name, headers, query: query.to_owned(), answer: serde_json::from_str(answer)? })
    };
    text.split("\n<!-- example:").skip(1).map(example).collect()
}

/// The next block of code, which must be of this language, and what comes after it.
fn block<'a>(text: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    let (_, block) = text.split_once("\n```")?;
    block.strip_prefix(language)?.strip_prefix('\n')?.split_once("\n```")
}

/// `README.md` and `docs/*.md`, with their names.
fn documents() -> Fallible<Vec<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    for entry in fs::read_dir(root.join("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
    paths.into_iter().map(|path| Ok((path.display().to_string(), fs::read_to_string(path)?))).collect()
}

#[tokio::test]
async fn examples_are_answered_as_shown() {
    let mut run = 0;
    for (path, text) in documents().unwrap() {
        let examples = examples(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        if examples.is_empty() {
            continue;
        }
        let demo = Demo::start().await.unwrap();
        for example in examples {
            let answer = demo.answer(&example.headers, &example.query).await.unwrap();
            let (shown, name) = (&example.answer, &example.name);
            assert!(answer == *shown, "{path}: `{name}` is answered with\n{answer:#}\nand shows\n{shown:#}");
            run += 1;
        }
        demo.server.close().await;
    }
    assert!(run >= 3, "only {run} examples were found");
}

#[test]
fn every_setting_is_in_the_readme() {
    let (_, readme) = documents().unwrap().swap_remove(0);
    let printed = Config::of(&Overrides::default(), []).unwrap().print();
    for line in printed.lines() {
        let key = line.trim_start_matches("# ").split(' ').next().unwrap();
        let row = format!("| `{key}` |");
        assert!(readme.contains(&row), "README.md has no row for {key}");
    }
}

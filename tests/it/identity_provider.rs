//! A server whose identity provider is away now and then, and that nobody sends a token to.

use crate::support::{
    Database,
    actors::claims,
    app::{KEY, parts},
    audit,
    clock::{FakeClock, start},
};
use axum::{Router, body::Body, http::Request, http::StatusCode};
use chrono::TimeDelta;
use kartotek::{
    auth::{Keys, TokenRules, TokenVerifier},
    http::Peer,
    server::Server,
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;

/// Publishes a key over a real socket, unless it is away.
struct Provider {
    url: String,
    away: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    async fn away() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let (away, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let (is_away, count) = (away.clone(), asked.clone());
        let router = Router::new().fallback(async move || {
            count.fetch_add(1, Ordering::SeqCst);
            let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": "A".repeat(43)});
            let status =
                if is_away.load(Ordering::SeqCst) { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            (status, json!({ "keys": [key] }).to_string())
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, away, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn verifier(&self) -> TokenVerifier {
        let rules = TokenRules {
            issuer: "https://login.example".to_owned(),
            audience: "kartotek".to_owned(),
            roles_claim: "roles".to_owned(),
            max_lifetime_seconds: 3600,
        };
        TokenVerifier::new(Keys::from_jwks_url(&self.url).unwrap(), rules)
    }
}

async fn readiness(server: &Server) -> StatusCode {
    let request = Request::get("/readyz").body(Body::empty()).unwrap();
    server.router.clone().oneshot(request).await.unwrap().status()
}

async fn until(done: impl AsyncFn() -> bool) {
    let come = async {
        while !done().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), come).await.expect("it never came");
}

#[tokio::test]
async fn without_a_single_token_the_server_becomes_ready_and_stays_so() {
    let provider = Provider::away().await;
    let database = Database::empty().await;
    let clock = FakeClock::at(start());
    let mut parts = parts(&database, clock.clone());
    parts.verifier = provider.verifier();
    let server = Server::start(parts).await.unwrap();
    assert_eq!(readiness(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(provider.asked(), 1);
    // Nobody was turned away for who they are: it is our own trouble, and on record as that.
    let token = KEY.mint(&claims(&["AGENT"]), clock.peek().timestamp()).unwrap();
    let mut ask = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(json!({ "query": "{ viewer { actor } }" }).to_string()))
        .unwrap();
    ask.extensions_mut().insert(Peer([192, 0, 2, 17].into()));
    let asked = server.router.clone().oneshot(ask).await.unwrap();
    assert_eq!(asked.status(), StatusCode::SERVICE_UNAVAILABLE);
    let last = audit::all(&database).await.pop().unwrap();
    assert_eq!((&*last.operation, &*last.ending()), ("authenticate", "FAILED UNAVAILABLE"));

    provider.away.store(false, Ordering::SeqCst);
    clock.advance(TimeDelta::seconds(30));
    until(async || readiness(&server).await == StatusCode::OK).await;
    assert_eq!(provider.asked(), 2);

    // Long after the hour that keys are good for.
    for fetches in 3..6 {
        clock.advance(TimeDelta::minutes(30));
        until(async || provider.asked() == fetches).await;
        assert_eq!(readiness(&server).await, StatusCode::OK);
    }

    let closing = tokio::time::timeout(Duration::from_secs(5), server.close());
    closing.await.expect("the duty stops with the server");
    database.discard().await;
}

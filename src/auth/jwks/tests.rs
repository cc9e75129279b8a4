//! A provider that answers over a real socket, and the ways in which it fails (J9, J20, J21).

use super::*;
use crate::auth::{
    Keys, Rejected, TokenVerifier,
    testing::{EC_PUBLIC, ED_PUBLIC, NOW, RSA_1024_PUBLIC, RSA_PUBLIC, good, rules, sign, sign_raw},
};
use axum::{
    body::Body,
    http::{Response, header::LOCATION},
};
use jsonwebtoken::{Algorithm, DecodingKey, jwk};
use serde_json::{Value, json};
use std::sync::{
    Mutex as SyncMutex,
    atomic::{AtomicUsize, Ordering},
};

/// What it answers can be changed; how often it was asked is counted.
struct Provider {
    url: String,
    answer: Arc<SyncMutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    async fn new(keys: &[Value]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let answer = Arc::new(SyncMutex::new((200, json!({ "keys": keys }).to_string())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (given, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let router = axum::Router::new().fallback(async move || {
            count.fetch_add(1, Ordering::SeqCst);
            let (status, body) = given.lock().unwrap().clone();
            let answer = Response::builder().status(status);
            // A redirect leads back here, so that following it would show in the count.
            let answer = if status == 302 { answer.header(LOCATION, body.as_str()) } else { answer };
            answer.body(Body::from(body)).unwrap()
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, answer, asked }
    }

    fn publishes(&self, keys: &[Value]) {
        self.answers(200, json!({ "keys": keys }).to_string());
    }

    fn answers(&self, status: u16, body: String) {
        *self.answer.lock().unwrap() = (status, body);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn verifier(&self) -> TokenVerifier {
        TokenVerifier::new(Keys::from_jwks_url(&self.url).unwrap(), rules())
    }
}

fn jwk(pem: &str, id: &str) -> Value {
    let pem = pem.as_bytes();
    let key = DecodingKey::from_ed_pem(pem)
        .or_else(|_| DecodingKey::from_ec_pem(pem))
        .or_else(|_| DecodingKey::from_rsa_pem(pem))
        .unwrap();
    let mut jwk = json!(jwk::Jwk::from_decoding_key(&key, None).unwrap());
    jwk["kid"] = json!(id);
    jwk
}

fn token(algorithm: Algorithm, id: &str) -> String {
    sign_raw(algorithm, &json!({ "alg": algorithm, "kid": id }).to_string(), &good().to_string())
}

/// Lets what was started on the side come to its end.
async fn until(done: impl AsyncFn() -> bool) {
    let come = async {
        while !done().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), come).await.expect("it never came");
}

#[tokio::test]
async fn all_three_kinds_with_and_without_a_key_id() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "ed"), jwk(EC_PUBLIC, "ec"), jwk(RSA_PUBLIC, "rsa")]).await;
    let verifier = provider.verifier();
    for (algorithm, id) in [(Algorithm::EdDSA, "ed"), (Algorithm::ES256, "ec"), (Algorithm::RS256, "rsa")] {
        assert!(verifier.verify(&token(algorithm, id), NOW).await.is_ok(), "{id}");
        assert!(verifier.verify(&sign(algorithm, &good()), NOW).await.is_ok(), "{id}");
    }
    assert_eq!(verifier.verify(&token(Algorithm::RS256, "ec"), NOW).await, Err(Rejected::Algorithm));
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn j9_a_flood_of_unknown_keys_asks_the_provider_once_per_cool_down() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "ed")]).await;
    let verifier = Arc::new(provider.verifier());
    verifier.keys().refresh(NOW).await;
    for (second, asked) in [(0, 1), (29, 1), (30, 2), (59, 2), (60, 3)] {
        let mut flood = tokio::task::JoinSet::new();
        for number in 0..200 {
            let verifier = Arc::clone(&verifier);
            let token = token(Algorithm::EdDSA, &format!("made-up-{second}-{number}"));
            flood.spawn(async move { verifier.verify(&token, NOW + second).await });
        }
        for answer in flood.join_all().await {
            assert_eq!(answer, Err(Rejected::UnknownKey));
        }
        assert_eq!(provider.asked(), asked, "after {second} seconds");
    }
    assert!(verifier.verify(&token(Algorithm::EdDSA, "ed"), NOW + 60).await.is_ok());
}

#[tokio::test]
async fn j9_who_hangs_up_does_not_take_the_fetch_along() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "ed")]).await;
    let verifier = provider.verifier();
    let token = token(Algorithm::EdDSA, "ed");
    let mut impatient = Box::pin(verifier.verify(&token, NOW));
    assert!(futures::poll!(&mut impatient).is_pending());
    drop(impatient);
    until(async || verifier.keys().available(NOW)).await;
    assert!(verifier.verify(&token, NOW).await.is_ok());
}

#[tokio::test]
async fn j20_rotation() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "old")]).await;
    let verifier = provider.verifier();
    let (old, new) = (token(Algorithm::EdDSA, "old"), token(Algorithm::ES256, "new"));
    assert!(verifier.verify(&old, NOW).await.is_ok());

    provider.publishes(&[jwk(ED_PUBLIC, "old"), jwk(EC_PUBLIC, "new")]);
    assert!(verifier.verify(&new, NOW + 30).await.is_ok(), "an unknown key makes us look");
    assert!(verifier.verify(&old, NOW + 30).await.is_ok(), "both are good for a while");

    provider.publishes(&[jwk(EC_PUBLIC, "new")]);
    assert!(
        verifier.verify(&old, NOW + 330).await.is_ok(),
        "stale keys serve once more while they are fetched"
    );
    until(async || provider.asked() == 3).await;
    let now = NOW + 331;
    // Not even for having been seen before.
    until(async || verifier.verify(&old, now).await == Err(Rejected::UnknownKey)).await;
    assert!(verifier.verify(&new, now).await.is_ok());
}

#[tokio::test]
async fn j20_without_the_provider_keys_last_an_hour() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "ed")]).await;
    let verifier = provider.verifier();
    let mut claims = good();
    claims["exp"] = json!(NOW + 3 * 3600);
    let token = sign(Algorithm::EdDSA, &claims);
    assert!(verifier.verify(&token, NOW).await.is_ok());

    provider.answers(503, String::new());
    assert!(verifier.verify(&token, NOW + 3599).await.is_ok());
    until(async || provider.asked() == 2).await;
    assert_eq!(verifier.verify(&token, NOW + 3600).await, Err(Rejected::KeysUnavailable));
    assert!(!verifier.keys().available(NOW + 3600));
    assert_eq!(verifier.verify(&token, NOW - 3600).await, Err(Rejected::KeysUnavailable), "a clock set back");

    provider.publishes(&[jwk(ED_PUBLIC, "ed")]);
    assert!(verifier.verify(&token, NOW + 3700).await.is_ok(), "and they come back");
}

#[tokio::test]
async fn j21_useless_answers_change_nothing() {
    let provider = Provider::new(&[jwk(ED_PUBLIC, "ed")]).await;
    let verifier = provider.verifier();
    verifier.keys().refresh(NOW).await;

    let mut encryption = jwk(EC_PUBLIC, "x");
    encryption["use"] = json!("enc");
    let mut other_algorithm = jwk(RSA_PUBLIC, "x");
    other_algorithm["alg"] = json!("RS512");
    let mut wrapping = jwk(RSA_PUBLIC, "x");
    wrapping["key_ops"] = json!(["wrapKey"]);
    let mut short = jwk(EC_PUBLIC, "x");
    short["y"] = json!("AAAA");
    let useless = [
        json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "ed", "alg": "HS256" }),
        jwk(RSA_1024_PUBLIC, "x"),
        json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
        json!("garbage"),
        encryption,
        other_algorithm,
        wrapping,
        short,
    ];
    let long = format!("{{\"keys\":[{}],\"x\":\"{}\"}}", jwk(EC_PUBLIC, "x"), "x".repeat(10 << 20));
    let mut now = NOW;
    for (status, body) in [
        (200, "<!doctype html><title>Sign in</title>".to_owned()),
        (200, String::new()),
        (200, "{}".to_owned()),
        (200, json!({ "keys": [] }).to_string()),
        (200, json!({ "keys": useless }).to_string()),
        (200, long),
        (500, json!({ "keys": [jwk(EC_PUBLIC, "x")] }).to_string()),
        (302, provider.url.clone()),
        (302, "http://169.254.169.254/latest/meta-data".to_owned()),
    ] {
        provider.answers(status, body);
        now += 30;
        let asked = provider.asked();
        assert_eq!(verifier.verify(&token(Algorithm::ES256, "x"), now).await, Err(Rejected::UnknownKey));
        assert_eq!(provider.asked(), asked + 1, "asked once, no redirect followed");
        assert!(verifier.verify(&token(Algorithm::EdDSA, "ed"), now).await.is_ok());
    }

    let mut among_useless = useless.to_vec();
    among_useless.push(jwk(EC_PUBLIC, "x"));
    provider.publishes(&among_useless);
    assert!(
        verifier.verify(&token(Algorithm::ES256, "x"), now + 30).await.is_ok(),
        "one that is of use suffices"
    );
}

#[test]
fn where_keys_may_come_from() {
    for url in
        ["https://login.example/keys", "http://localhost:1/k", "http://127.9.9.9/k", "http://[::1]:8/k"]
    {
        assert!(Jwks::at(url).is_ok(), "{url}");
    }
    for url in [
        "http://login.example/keys",
        "http://localhost.evil.example/keys",
        "http://169.254.169.254/",
        "https://user:secret@login.example/keys",
        "file:///etc/passwd",
        "keys",
        "",
    ] {
        let error = Jwks::at(url).unwrap_err().to_string();
        assert!(error.contains("https://") && !error.contains("secret"), "{url}: {error}");
    }
}

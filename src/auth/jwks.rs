//! An identity provider's published keys (RFC 7517), remembered so that neither its troubles nor a flood of made-up
//! key ids reach further than they must.

use super::keys::{KeyError, KeySet, VerifyingKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Deserialize;
use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Mutex;

/// However many unknown keys are asked for, the provider is asked this seldom.
const COOL_DOWN_SECONDS: u64 = 30;
/// Keys of this age are fetched again, behind the back of the requests that need them.
const STALE_SECONDS: u64 = 5 * 60;
/// Keys of this age are worth nothing: the provider may have taken one of them away.
const MAX_AGE_SECONDS: u64 = 60 * 60;
const MAX_BYTES: usize = 64 * 1024;
const MAX_KEYS: usize = 64;
const TIMEOUT: Duration = Duration::from_secs(5);

/// The keys at one address.
#[derive(Debug)]
pub(super) struct Jwks {
    url: Url,
    client: Client,
    held: RwLock<Option<Held>>,
    /// When a fetch last began. Locked while one is under way, so that there is never a second beside it.
    attempted: Mutex<Option<i64>>,
}

#[derive(Debug)]
struct Held {
    keys: Arc<KeySet>,
    fetched_at: i64,
}

/// Why an answer is no use. Says nothing of what was in it.
#[derive(Debug, thiserror::Error)]
enum Useless {
    #[error("no answer: {0}")]
    Unanswered(#[from] reqwest::Error),
    #[error("the answer's status is {0}")]
    Status(StatusCode),
    #[error("the answer is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the answer is no JSON Web Key Set")]
    NotKeys,
    #[error("there is no key of Ed25519, P-256 or RSA (2048 bits) for signatures in the answer")]
    NoneOfUse,
}

impl Jwks {
    pub(super) fn at(url: &str) -> Result<Self, KeyError> {
        let url = address(url).ok_or(KeyError::Address)?;
        let local = url.host_str().is_some_and(is_loopback);
        let mut client = Client::builder().redirect(Policy::none()).timeout(TIMEOUT).https_only(!local);
        if local {
            client = client.no_proxy();
        }
        let client = client.build().map_err(KeyError::Client)?;
        Ok(Self { url, client, held: RwLock::new(None), attempted: Mutex::new(None) })
    }

    /// The keys as they were last seen, unless that is too long ago.
    pub(super) fn held(&self, now: i64) -> Option<Arc<KeySet>> {
        self.held_with_age(now).map(|(keys, _)| keys)
    }

    fn held_with_age(&self, now: i64) -> Option<(Arc<KeySet>, u64)> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        // A distance: a clock that was set back must not make old keys good for ever.
        let (keys, age) = held.as_ref().map(|held| (&held.keys, now.abs_diff(held.fetched_at)))?;
        (age < MAX_AGE_SECONDS).then(|| (Arc::clone(keys), age))
    }

    /// The keys to use now. Waits for the provider only if there are none.
    pub(super) async fn current(self: &Arc<Self>, now: i64) -> Option<Arc<KeySet>> {
        if let Some((keys, age)) = self.held_with_age(now) {
            if age >= STALE_SECONDS && self.may_attempt(now) {
                tokio::spawn(Arc::clone(self).attempt(now));
            }
            return Some(keys);
        }
        self.refresh(now).await;
        self.held(now)
    }

    /// Fetches the keys, or waits for the fetch that is under way, unless the last one was a moment ago.
    pub(super) async fn refresh(self: &Arc<Self>, now: i64) {
        // On its own, because a caller who hangs up must not take the fetch along: with made-up key ids and quick
        // hang-ups somebody could keep us from ever seeing a new key.
        if self.attempted.try_lock().map_or(true, |last| is_due(*last, now))
            && tokio::spawn(Arc::clone(self).attempt(now)).await.is_err()
        {
            tracing::error!("fetching the token keys came to a sudden end");
        }
    }

    /// Fetches the keys when they are stale, and when there are none.
    pub(super) async fn freshen(self: &Arc<Self>, now: i64) {
        if self.held_with_age(now).is_none_or(|(_, age)| age >= STALE_SECONDS) {
            self.refresh(now).await;
        }
    }

    fn may_attempt(&self, now: i64) -> bool {
        self.attempted.try_lock().is_ok_and(|last| is_due(*last, now))
    }

    async fn attempt(self: Arc<Self>, now: i64) {
        let mut attempted = self.attempted.lock().await;
        if !is_due(*attempted, now) {
            return;
        }
        *attempted = Some(now);
        match self.fetch().await {
            Ok(keys) => {
                let held = Some(Held { keys: Arc::new(keys), fetched_at: now });
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
            }
            Err(useless) => {
                let keys_held = self.held(now).is_some();
                tracing::warn!(%useless, keys_held, "the token keys could not be fetched; what we have stays");
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, Useless> {
        let mut answer =
            self.client.get(self.url.clone()).send().await.map_err(reqwest::Error::without_url)?;
        if answer.status() != StatusCode::OK {
            return Err(Useless::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(Useless::TooLong);
            }
        }
        key_set(&body)
    }
}

fn is_due(last: Option<i64>, now: i64) -> bool {
    last.is_none_or(|last| now.abs_diff(last) >= COOL_DOWN_SECONDS)
}

/// The address, if keys may come from there.
pub(super) fn address(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let local = url.host_str().is_some_and(is_loopback);
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && local);
    (allowed && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The keys in a document. Those of no use are passed over, as providers publish keys for all sorts of things; a
/// document without any of use is taken for a mistake, not for the wish to lock everybody out.
fn key_set(body: &[u8]) -> Result<KeySet, Useless> {
    let document: Document = serde_json::from_slice(body).map_err(|_| Useless::NotKeys)?;
    let keys: Vec<_> = document.keys.into_iter().take(MAX_KEYS).filter_map(verifying_key).collect();
    if keys.is_empty() { Err(Useless::NoneOfUse) } else { Ok(KeySet::of(keys, true)) }
}

fn verifying_key(jwk: serde_json::Value) -> Option<VerifyingKey> {
    let jwk: Jwk = serde_json::from_value(jwk).ok()?;
    let for_signatures = jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
        && jwk.key_ops.as_ref().is_none_or(|uses| uses.iter().any(|one| one == "verify"));
    if !for_signatures {
        return None;
    }
    let number = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
    let (algorithm, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("OKP", Some("Ed25519")) => ("EdDSA", VerifyingKey::ed25519(jwk.kid, &number(&jwk.x)?)),
        ("EC", Some("P-256")) => {
            let (x, y) = (number(&jwk.x)?, number(&jwk.y)?);
            if x.len() != 32 {
                return None; // else a long x and a short y would make a point of the right length
            }
            ("ES256", VerifyingKey::p256(jwk.kid, &[&[4], x.as_slice(), y.as_slice()].concat()))
        }
        ("RSA", None) => ("RS256", VerifyingKey::rsa(jwk.kid, &number(&jwk.n)?, &number(&jwk.e)?)),
        _ => return None,
    };
    // Without `alg` the kind of key says it; with another `alg` it is a key for something else.
    jwk.alg.is_none_or(|alg| alg == algorithm).then_some(key.ok()?)
}

#[cfg(test)]
mod tests;

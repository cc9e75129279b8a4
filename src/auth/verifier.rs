//! Believes a token or says why not.

use super::{
    cache::{self, Cache},
    claims::{Claims, Identity, TokenRules},
    json,
    keys::{KeySet, Keys},
    rejected::Rejected,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::Value;
use std::sync::Arc;

const MAX_TOKEN_BYTES: usize = 16 * 1024;
const MAX_KEY_ID_BYTES: usize = 256;
/// Extensions that change what the rest means, and the mark of an encrypted token. Whoever does not understand them
/// must refuse. `jwk`, `jku`, `x5c` and `x5u` are simply not looked at: a token does not say what it is checked with.
const NOT_UNDERSTOOD: [&str; 4] = ["crit", "b64", "zip", "enc"];

/// Checks tokens against the keys of one issuer.
#[derive(Debug)]
pub struct TokenVerifier {
    keys: Keys,
    rules: TokenRules,
    cache: Cache,
}

impl TokenVerifier {
    /// Tokens are to be signed with one of these keys and to keep these rules.
    #[must_use]
    pub fn new(keys: Keys, rules: TokenRules) -> Self {
        Self { keys, rules, cache: Cache::default() }
    }

    /// The keys, to fetch them early or to ask whether there are any.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Who bears this token, at this moment (seconds since 1970). Takes the token alone, without `Bearer`.
    pub async fn verify(&self, token: &str, now: i64) -> Result<Identity, Rejected> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejected::Malformed);
        }
        let fingerprint = cache::fingerprint(token);
        let mut keys = self.keys.current(now).await?;
        if let Some(claims) = self.cache.get(&fingerprint, keys.version()) {
            claims.check_time(now)?;
            return claims.bearer();
        }

        let parts = Parts::of(token)?;
        if keys.going_by(parts.key_id.as_deref()).is_empty() {
            keys = self.keys.renewed(now).await?;
        }
        parts.check_signature(&keys)?;
        let claims = Arc::new(Claims::read(&parts.payload, &self.rules)?);
        claims.check_time(now)?;
        self.cache.put(fingerprint, keys.version(), Arc::clone(&claims), now);
        claims.bearer()
    }
}

/// A token taken apart, nothing of it believed.
struct Parts<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    signed: &'a str,
    signature: &'a str,
    payload: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Result<Self, Rejected> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Rejected::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Rejected::Malformed)?;
        let decoded = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejected::Malformed);
        // A dot left in the payload is not base64url: a token of more than three parts ends here.
        let (header, payload) = (decoded(header)?, decoded(payload)?);
        let header = json::object(&header).ok_or(Rejected::Malformed)?;

        if NOT_UNDERSTOOD.iter().any(|name| header.contains_key(*name)) {
            return Err(Rejected::Malformed);
        }
        match header.get("typ") {
            None => {}
            Some(Value::String(kind)) if is_access_token(kind) => {}
            Some(_) => return Err(Rejected::Malformed),
        }
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) if id.len() <= MAX_KEY_ID_BYTES => Some(id.clone()),
            Some(_) => return Err(Rejected::Malformed),
        };
        let algorithm = match header.get("alg").and_then(Value::as_str) {
            Some("EdDSA") => Algorithm::EdDSA,
            Some("ES256") => Algorithm::ES256,
            Some("RS256") => Algorithm::RS256,
            Some(_) => return Err(Rejected::Algorithm),
            None => return Err(Rejected::Malformed),
        };
        Ok(Self { algorithm, key_id, signed, signature, payload })
    }

    /// The key decides how a signature is checked. What the token says of it only has to agree.
    fn check_signature(&self, keys: &KeySet) -> Result<(), Rejected> {
        let mut candidates = keys.going_by(self.key_id.as_deref());
        if candidates.is_empty() {
            return Err(Rejected::UnknownKey);
        }
        candidates.retain(|key| key.algorithm() == self.algorithm);
        if candidates.is_empty() {
            return Err(Rejected::Algorithm);
        }
        if candidates.iter().any(|key| key.made(self.signature, self.signed.as_bytes())) {
            Ok(())
        } else {
            Err(Rejected::Signature)
        }
    }
}

/// A media type, so its case does not matter (RFC 7515, 4.1.9).
fn is_access_token(kind: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| known.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests;

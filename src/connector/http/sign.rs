//! Signatures in the form of Standard Webhooks (<https://github.com/standard-webhooks/standard-webhooks>): an
//! HMAC-SHA-256 over an id, a time and a body, under a secret that both sides hold.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The header that holds a message's id: the same whenever the message is sent again.
pub const ID: &str = "webhook-id";
/// The header that holds the second, since 1970, in which a message was sent.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header that holds a message's signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// How far a message's time may be from ours, as in the reference implementations.
const TOLERANCE_SECONDS: u64 = 5 * 60;
/// How long a secret is, in bytes, according to the specification.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// How many secrets are in use at once at most: the new one and those before it.
const MOST_SECRETS: usize = 4;
/// However many signatures somebody sends, no more than these are tried.
const MOST_SIGNATURES: usize = 8;
const LONGEST_ID: usize = 128;

/// The secrets shared with one third party, the newest first; more than one while a secret is being replaced.
pub struct Keys(Vec<Hmac<Sha256>>);

/// Why a secret cannot be used. Says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableSecret {
    #[error("a signing secret is `whsec_` and then base64")]
    Form,
    #[error("a signing secret holds 24 to 64 bytes")]
    Length,
    #[error("there are to be one to four signing secrets, the newest first, with white space between them")]
    Number,
}

/// Why a message is not taken for theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("the header `{0}` is missing, or is there more than once")]
    Missing(&'static str),
    #[error("the message's id has a character that ids do not have, or is too long")]
    Id,
    #[error("the message's time is not a number of seconds")]
    Time,
    #[error("the message is more than five minutes from our time")]
    Stale,
    #[error("none of the message's signatures is right")]
    Signature,
}

/// What the headers of a signed message say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signatures: &'a str,
}

impl Keys {
    /// Reads secrets such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`, newest first, with white space between them.
    pub fn parse(secrets: &SecretString) -> Result<Self, UnusableSecret> {
        let keys = secrets.expose_secret().split_whitespace().map(key).collect::<Result<Vec<_>, _>>()?;
        if (1..=MOST_SECRETS).contains(&keys.len()) { Ok(Self(keys)) } else { Err(UnusableSecret::Number) }
    }

    /// The value of [`SIGNATURE`]: a signature under each secret, so that they may change theirs when it suits them.
    pub fn sign(&self, id: &str, at: DateTime<Utc>, body: &[u8]) -> Result<String, Unproven> {
        let id = sound(id)?;
        let timestamp = at.timestamp().to_string();
        let one =
            |key| format!("v1,{}", STANDARD.encode(mac(key, id, &timestamp, body).finalize().into_bytes()));
        Ok(self.0.iter().map(one).collect::<Vec<_>>().join(" "))
    }

    /// Whether one of these secrets signed the message within five minutes of `now`; if so, the signature that it was.
    pub fn verify<'a>(
        &self,
        message: Signed<'a>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<&'a str, Unproven> {
        let id = sound(message.id)?;
        let sent = seconds(message.timestamp).ok_or(Unproven::Time)?;
        if now.timestamp().abs_diff(sent) > TOLERANCE_SECONDS {
            return Err(Unproven::Stale);
        }
        // Other versions (`v1a` is Ed25519) stand beside `v1`, and are passed over as the specification asks.
        let theirs = message.signatures.split(' ').filter(|one| one.starts_with("v1,")).take(MOST_SIGNATURES);
        for signature in theirs {
            let Ok(bytes) = STANDARD.decode(&signature["v1,".len()..]) else { continue };
            for key in &self.0 {
                // Compares in constant time.
                if mac(key, id, message.timestamp, body).verify_slice(&bytes).is_ok() {
                    return Ok(signature);
                }
            }
        }
        Err(Unproven::Signature)
    }
}

/// Shows how many there are.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl<'a> Signed<'a> {
    /// Takes the three headers of a message, each of which must be there once.
    pub fn from_headers(headers: &'a HeaderMap) -> Result<Self, Unproven> {
        let one = |name| {
            let mut values = headers.get_all(name).iter();
            let value = values.next().and_then(|value| value.to_str().ok());
            value.filter(|_| values.next().is_none()).ok_or(Unproven::Missing(name))
        };
        Ok(Self { id: one(ID)?, timestamp: one(TIMESTAMP)?, signatures: one(SIGNATURE)? })
    }
}

fn key(secret: &str) -> Result<Hmac<Sha256>, UnusableSecret> {
    let secret = secret.strip_prefix("whsec_").ok_or(UnusableSecret::Form)?;
    let bytes = Zeroizing::new(STANDARD.decode(secret).map_err(|_| UnusableSecret::Form)?);
    if !SECRET_BYTES.contains(&bytes.len()) {
        return Err(UnusableSecret::Length);
    }
    Hmac::new_from_slice(&bytes).map_err(|_| UnusableSecret::Length)
}

fn mac(key: &Hmac<Sha256>, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// A dot would let one signed text be read in two ways: `a.1` at second 2, or `a` at second 1 with a longer body.
fn sound(id: &str) -> Result<&str, Unproven> {
    let fits =
        (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_graphic() && it != b'.');
    if fits { Ok(id) } else { Err(Unproven::Id) }
}

/// Digits alone: `parse` would take a sign too.
fn seconds(text: &str) -> Option<i64> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;

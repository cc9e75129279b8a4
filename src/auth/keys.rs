//! The keys that tokens are checked with, wherever they come from.

use super::{
    cache::Fingerprint,
    jwks::{self, Jwks},
    local::LocalKey,
    pem,
    rejected::Rejected,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not there, or not ours to read.
    #[error("cannot read the public keys in {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something is wrong in the file.
    #[error("{path} does not serve as a file of public keys")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<KeyError>,
    },
    /// No PEM block, or a broken one.
    #[error("there is no public key in PEM form (`-----BEGIN PUBLIC KEY-----`)")]
    NotPem,
    /// Somebody mixed up the two halves.
    #[error("there is a private key: give this server the public one (`openssl pkey -in … -pubout`)")]
    Private,
    /// A key of another kind.
    #[error("only public keys of Ed25519, P-256 and RSA are used")]
    Unsupported,
    /// An RSA key that is too small, or absurdly large.
    #[error("an RSA key needs 2048 to 8192 bits")]
    Size,
    /// An address that keys must not come from.
    #[error("keys come from an https:// address without a password in it (http:// only from this machine)")]
    Address,
    /// The client for fetching could not be set up.
    #[error("cannot set up the client that fetches the keys")]
    Client(#[source] reqwest::Error),
}

/// A public key, bound to the one algorithm that it is used with.
#[derive(Debug)]
pub(super) struct VerifyingKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    pub(super) fn ed25519(id: Option<String>, x: &[u8]) -> Result<Self, KeyError> {
        if x.len() != 32 {
            return Err(KeyError::Unsupported);
        }
        Ok(Self { id, algorithm: Algorithm::EdDSA, key: DecodingKey::from_ed_der(x) })
    }

    /// `point` is uncompressed: 4, x, y.
    pub(super) fn p256(id: Option<String>, point: &[u8]) -> Result<Self, KeyError> {
        if point.len() != 65 || point.first() != Some(&4) {
            return Err(KeyError::Unsupported);
        }
        Ok(Self { id, algorithm: Algorithm::ES256, key: DecodingKey::from_ec_der(point) })
    }

    pub(super) fn rsa(id: Option<String>, n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Size);
        }
        Ok(Self { id, algorithm: Algorithm::RS256, key: DecodingKey::from_rsa_raw_components(n, e) })
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the key made this signature (base64url) of this message. Only ever by its own algorithm.
    pub(super) fn made(&self, signature: &str, message: &[u8]) -> bool {
        crypto::verify(signature, message, &self.key, self.algorithm).unwrap_or(false)
    }

    fn digest(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        // The Debug form of the id keeps "none" and "empty" apart and quotes what is in it.
        hash.update(format!("{:?} {:?} ", self.id, self.algorithm));
        match self.key.kind() {
            jsonwebtoken::DecodingKeyKind::SecretOrDer(bytes) => hash.update(bytes),
            jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, e } => {
                hash.update(URL_SAFE_NO_PAD.encode(n));
                hash.update(" ");
                hash.update(URL_SAFE_NO_PAD.encode(e));
            }
        }
        hash.finalize().into()
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The keys that are good at one moment.
#[derive(Debug)]
pub(super) struct KeySet {
    keys: Vec<VerifyingKey>,
    /// Whether the issuer's key ids are known. In a file of keys they are not, and each is tried.
    named: bool,
    version: Fingerprint,
}

impl KeySet {
    pub(super) fn of(keys: Vec<VerifyingKey>, named: bool) -> Self {
        let mut digests: Vec<_> = keys.iter().map(VerifyingKey::digest).collect();
        digests.sort_unstable();
        Self { keys, named, version: Sha256::digest(digests.concat()).into() }
    }

    /// Equal for equal keys only.
    pub(super) fn version(&self) -> &Fingerprint {
        &self.version
    }

    /// The keys that may have signed a token with this key id.
    pub(super) fn going_by(&self, id: Option<&str>) -> Vec<&VerifyingKey> {
        let asked = id.filter(|_| self.named);
        self.keys.iter().filter(|key| asked.is_none() || key.id.as_deref() == asked).collect()
    }
}

/// Where keys come from: a file, the local development key, or an identity provider's published key set.
#[derive(Clone, Debug)]
pub struct Keys(Source);

#[derive(Clone, Debug)]
enum Source {
    Fixed(Arc<KeySet>),
    Published(Arc<Jwks>),
}

impl Keys {
    /// The public keys in a PEM file: more than one while one replaces another.
    pub fn from_pem_file(path: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
        Self::from_pem(&text)
            .map_err(|source| KeyError::File { path: path.to_owned(), source: source.into() })
    }

    /// The public keys in a PEM text.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Ok(Self(Source::Fixed(Arc::new(KeySet::of(pem::public_keys(text)?, false)))))
    }

    /// The key that `kartotek token` signs with. For development and the demo.
    pub fn from_local(key: &LocalKey) -> Result<Self, KeyError> {
        let key = VerifyingKey::ed25519(None, key.public_key())?;
        Ok(Self(Source::Fixed(Arc::new(KeySet::of(vec![key], false)))))
    }

    /// Whether an identity provider's keys may come from there.
    #[must_use]
    pub fn may_come_from(url: &str) -> bool {
        jwks::address(url).is_some()
    }

    /// The key set that an identity provider publishes there. Nothing is fetched yet: see [`Keys::refresh`].
    pub fn from_jwks_url(url: &str) -> Result<Self, KeyError> {
        Ok(Self(Source::Published(Arc::new(Jwks::at(url)?))))
    }

    /// Fetches the keys, unless that was tried less than 30 seconds ago. Call it once at the start so that the first
    /// request need not wait; later see [`Keys::freshen`]. Failure is logged, not returned.
    pub async fn refresh(&self, now: i64) {
        if let Source::Published(jwks) = &self.0 {
            jwks.refresh(now).await;
        }
    }

    /// Fetches the keys when they are five minutes old or there are none, unless that was tried less than 30 seconds
    /// ago. To be called again and again: a server that nobody sends a token to would have no keys one day.
    pub async fn freshen(&self, now: i64) {
        if let Source::Published(jwks) = &self.0 {
            jwks.freshen(now).await;
        }
    }

    /// Whether somebody publishes the keys: they change, and have to be fetched.
    #[must_use]
    pub fn are_published(&self) -> bool {
        matches!(self.0, Source::Published(_))
    }

    /// Whether there are keys to check tokens with, for the readiness probe.
    #[must_use]
    pub fn available(&self, now: i64) -> bool {
        match &self.0 {
            Source::Fixed(_) => true,
            Source::Published(jwks) => jwks.held(now).is_some(),
        }
    }

    pub(super) async fn current(&self, now: i64) -> Result<Arc<KeySet>, Rejected> {
        match &self.0 {
            Source::Fixed(keys) => Ok(Arc::clone(keys)),
            Source::Published(jwks) => jwks.current(now).await.ok_or(Rejected::KeysUnavailable),
        }
    }

    /// Looks again, for a token whose key is not among the current ones: it may be newer than they are.
    pub(super) async fn renewed(&self, now: i64) -> Result<Arc<KeySet>, Rejected> {
        self.refresh(now).await;
        self.current(now).await
    }
}

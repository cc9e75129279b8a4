//! The key that development and demo tokens are signed with. Whoever can read its file can be anybody.

use super::secret_file::{is_open_to_others, write_new};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, ThumbprintHash},
};
use serde::Serialize;
use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What comes before the 32 bytes of an Ed25519 key in PKCS#8.
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Why there is no local key.
#[derive(Debug, thiserror::Error)]
pub enum LocalKeyError {
    /// The file can be neither read nor made.
    #[error("cannot read or create the development key {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is open to others.
    #[error("the development key {path} can be read by others: run `chmod 600 {path}`", path = path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{path} holds no Ed25519 private key in PEM form; move it away to have a new one made")]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system has no random bytes for a new key")]
    Random(#[source] getrandom::Error),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

/// What a token is to say. Its `Debug` form names nobody.
#[derive(Clone)]
pub struct TokenRequest {
    /// Normally [`LocalKey::ISSUER`].
    pub issuer: String,
    /// Normally [`LocalKey::AUDIENCE`].
    pub audience: String,
    /// Who bears it.
    pub subject: String,
    /// For people to read.
    pub name: Option<String>,
    /// The words of the roles.
    pub roles: Vec<String>,
    /// The root fields for a `SERVICE`.
    pub scopes: Vec<String>,
    /// The company's reference of a `CUSTOMER`.
    pub customer: Option<String>,
    /// How long it lives.
    pub lifetime_seconds: i64,
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("roles", &self.roles).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    roles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
}

/// The local development key.
#[derive(Debug)]
pub struct LocalKey {
    key: EncodingKey,
    public: Vec<u8>,
    id: String,
}

impl LocalKey {
    /// The issuer of tokens signed with it.
    pub const ISSUER: &'static str = "kartotek-local";
    /// Whom they are for.
    pub const AUDIENCE: &'static str = "kartotek";
    /// The file's usual name in the data directory.
    pub const FILE: &'static str = "development-token-key.pem";

    /// Reads the key, or makes one, with its directory, that only its owner may read.
    pub fn load_or_create(path: &Path) -> Result<Self, LocalKeyError> {
        let failed = |source| LocalKeyError::File { path: path.to_owned(), source };
        match File::open(path) {
            Ok(file) => Self::load(file, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                Self::load(File::open(path).map_err(failed)?, path)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn load(mut file: File, path: &Path) -> Result<Self, LocalKeyError> {
        let failed = |source| LocalKeyError::File { path: path.to_owned(), source };
        if is_open_to_others(&file).map_err(failed)? {
            return Err(LocalKeyError::OpenToOthers { path: path.to_owned() });
        }
        let mut pem = Zeroizing::new(String::new());
        file.read_to_string(&mut pem).map_err(failed)?;
        Self::from_pem(&pem).ok_or_else(|| LocalKeyError::NotAKey { path: path.to_owned() })
    }

    fn from_pem(pem: &str) -> Option<Self> {
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).ok()?;
        let jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA).ok()?;
        let AlgorithmParameters::OctetKeyPair(parts) = &jwk.algorithm else { return None };
        let public = URL_SAFE_NO_PAD.decode(&parts.x).ok()?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
        Some(Self { key, public, id })
    }

    pub(super) fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Signs a token that begins to live now.
    pub fn mint(&self, request: &TokenRequest, now: i64) -> Result<String, LocalKeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.id.clone());
        let payload = Payload {
            iss: &request.issuer,
            aud: &request.audience,
            sub: &request.subject,
            iat: now,
            exp: now.saturating_add(request.lifetime_seconds),
            roles: &request.roles,
            name: request.name.as_deref(),
            scope: (!request.scopes.is_empty()).then(|| request.scopes.join(" ")),
            customer: request.customer.as_deref(),
        };
        jsonwebtoken::encode(&header, &payload, &self.key).map_err(LocalKeyError::Sign)
    }
}

/// Writes a new key, unless somebody was faster, which is just as well.
fn create(path: &Path) -> Result<(), LocalKeyError> {
    let mut der = Zeroizing::new([0; PKCS8.len() + 32]);
    let (head, secret) = der.split_at_mut(PKCS8.len());
    head.copy_from_slice(&PKCS8);
    getrandom::fill(secret).map_err(LocalKeyError::Random)?;
    let base64 = Zeroizing::new(STANDARD.encode(der.as_slice()));
    let pem =
        Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *base64));

    match write_new(path, pem.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(LocalKeyError::File { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{Keys, TokenRules, TokenVerifier},
        policy::Role,
    };
    use std::fs;

    fn request() -> TokenRequest {
        TokenRequest {
            issuer: LocalKey::ISSUER.into(),
            audience: LocalKey::AUDIENCE.into(),
            subject: "local-agent".into(),
            name: Some("Agent".into()),
            roles: vec!["SERVICE".into(), "CUSTOMER".into()],
            scopes: vec!["customers".into(), "customer".into()],
            customer: Some("K-1".into()),
            lifetime_seconds: 60,
        }
    }

    #[tokio::test]
    async fn a_key_is_made_once_and_its_tokens_are_believed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data/key.pem");
        let key = LocalKey::load_or_create(&path).unwrap();
        let again = LocalKey::load_or_create(&path).unwrap();
        assert_eq!(key.public, again.public);

        let rules = TokenRules {
            issuer: LocalKey::ISSUER.into(),
            audience: LocalKey::AUDIENCE.into(),
            roles_claim: "roles".into(),
            max_lifetime_seconds: 60,
        };
        let verifier = TokenVerifier::new(Keys::from_local(&again).unwrap(), rules);
        let token = key.mint(&request(), 1000).unwrap();
        let identity = verifier.verify(&token, 1000).await.unwrap();
        assert_eq!(identity.roles, [Role::Customer, Role::Service]);
        assert_eq!(identity.scopes, ["customer", "customers"]);
        assert_eq!(identity.customer.as_deref(), Some("K-1"));
        assert_eq!(identity.expires_at, 1060);
        assert!(!format!("{key:?}").contains(&STANDARD.encode(key.key.as_bytes())));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        LocalKey::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = LocalKey::load_or_create(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn another_file_is_neither_used_nor_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        for content in ["", "hello", crate::auth::testing::EC_PRIVATE, crate::auth::testing::ED_PUBLIC] {
            let _ = fs::remove_file(&path);
            write_new(&path, content.as_bytes()).unwrap();
            assert!(matches!(LocalKey::load_or_create(&path), Err(LocalKeyError::NotAKey { .. })));
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
}

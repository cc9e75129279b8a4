//! The keys that a server needs: those that the configuration names, or those of the data directory.

use super::{database::make_folder, failure::Failure, output};
use crate::{
    auth::{Keys, LocalKey, TokenRules, TokenVerifier, is_open_to_others, write_new_secret},
    checkpoints::{Checkpoints, Push},
    config::Config,
    crypto::MasterKeys,
    domain::audit::Log,
    transparency::note::SigningKeys,
};
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const MASTER: &str = "master.keys";

const AUDIT: &str = "audit.key";

/// The file of what was signed about the audit log, where the configuration names none.
const CHECKPOINTS: &str = "audit-checkpoints.jsonl";

/// The master keys, and the file that was made for them. Only `make` makes one, and only where the configuration names
/// none.
pub(super) fn master(config: &Config, make: bool) -> Result<(MasterKeys, Option<PathBuf>), Failure> {
    let (path, may_make) = match &config.master_key_file {
        Some(path) => (path.clone(), false),
        None => (config.data_dir.join(MASTER), make),
    };
    let made = may_make && !path.exists();
    if made {
        make_folder(&config.data_dir)?;
        write_new_secret(&path, MasterKeys::generate_text()?.as_bytes())?;
    }
    let text = match fs::read_to_string(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::new(format!("there is no master key at {}", path.display())).hint(
                "set KARTOTEK_MASTER_KEY_FILE to a file with a line of 32 random bytes in base64 (`openssl rand \
                 -base64 32`), or start with --demo to try things out",
            ));
        }
        Err(error) => return Err(Failure::new(error).hint(format!("{} cannot be read", path.display()))),
    };
    if config.master_key_file.is_none() {
        refuse_open(&path)?;
    } else if others_can_read(&path)? {
        // Where an orchestrator mounts secrets, their mode is not the operator's to choose.
        tracing::warn!(path = %path.display(), "others on this machine can read the master keys");
    }
    let keys = MasterKeys::parse(&text)
        .map_err(|error| Failure::new(error).hint(format!("see {}", path.display())))?;
    Ok((keys, made.then_some(path)))
}

/// Keys that open nothing, for where nothing that is sealed is opened.
pub(super) fn none() -> Result<MasterKeys, Failure> {
    MasterKeys::parse(&MasterKeys::generate_text()?).map_err(Failure::new)
}

/// What the audit log is signed with, and where that is written down; `None` where the configuration names no key. Only `make`
/// makes one then.
pub(super) fn log(config: &Config, make: bool) -> Result<Option<Log>, Failure> {
    let (path, may_make) = match &config.audit_key_file {
        Some(path) => (path.clone(), false),
        None => (config.data_dir.join(AUDIT), make),
    };
    if may_make && !path.exists() {
        make_folder(&config.data_dir)?;
        write_new_secret(&path, signing_key(&format!("kartotek-{}", random_name()?))?.as_bytes())?;
    }
    if config.audit_key_file.is_none() && !path.exists() {
        tracing::warn!(
            "the audit log is not signed: set KARTOTEK_AUDIT_KEY_FILE to a key that `kartotek audit key` has made"
        );
        return Ok(None);
    }
    let hint = || format!("the key of the audit log is to be at {}", path.display());
    let text = Zeroizing::new(fs::read_to_string(&path).map_err(|error| Failure::new(error).hint(hint()))?);
    if config.audit_key_file.is_none() {
        refuse_open(&path)?;
    } else if others_can_read(&path)? {
        tracing::warn!(path = %path.display(), "others on this machine can read the audit log's key");
    }
    let keys = SigningKeys::parse(&text).map_err(|error| Failure::new(error).hint(hint()))?;
    if config.audit_checkpoint_file.is_none() {
        make_folder(&config.data_dir)?;
    }
    let push = config.audit_push_url.clone().map(Push::to).transpose().map_err(Failure::new)?;
    Ok(Some(Log::new(keys, checkpoints(config)).pushing(push)))
}

/// What the audit log's signatures are checked with, where its key is at hand.
pub(super) fn verifier_keys(config: &Config) -> Result<Vec<String>, Failure> {
    Ok(signing_keys(config)?.map(|keys| keys.verifier_keys().to_vec()).unwrap_or_default())
}

/// What the audit log is signed with, if there is anything.
pub(super) fn signing_keys(config: &Config) -> Result<Option<SigningKeys>, Failure> {
    let path = config.audit_key_file.clone().unwrap_or_else(|| config.data_dir.join(AUDIT));
    if !path.exists() {
        return Ok(None);
    }
    let text = Zeroizing::new(fs::read_to_string(&path)?);
    let keys = SigningKeys::parse(&text);
    keys.map(Some).map_err(|error| Failure::new(error).hint(format!("see {}", path.display())))
}

/// Where what was signed about the audit log is written down.
pub(super) fn checkpoints(config: &Config) -> Checkpoints {
    let file = config.audit_checkpoint_file.clone();
    Checkpoints::new(file.unwrap_or_else(|| config.data_dir.join(CHECKPOINTS)))
}

/// A new key for a log of this name, as its file has it.
pub(super) fn signing_key(origin: &str) -> Result<Zeroizing<String>, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(Failure::new)?;
    SigningKeys::generate(origin, &seed).map_err(|error| {
        Failure::usage(error)
            .hint("a log's name is best an address of the company's, such as audit.company.example")
    })
}

/// What tells a log from others that were made the same way.
fn random_name() -> Result<String, Failure> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(Failure::new)?;
    Ok(hex::encode(bytes))
}

/// Who vouches for tokens: the identity provider that the configuration names, or the development key.
pub(super) fn verifier(config: &Config, make: bool) -> Result<TokenVerifier, Failure> {
    let local = config.data_dir.join(LocalKey::FILE);
    let (keys, issuer, audience) = match (&config.jwks_url, &config.jwt_public_key_file) {
        (Some(url), _) => (Keys::from_jwks_url(url)?, config.jwt_issuer.clone(), config.jwt_audience.clone()),
        (None, Some(file)) => {
            (Keys::from_pem_file(file)?, config.jwt_issuer.clone(), config.jwt_audience.clone())
        }
        (None, None) if make || local.exists() => {
            output::note("tokens are checked with the development key: set KARTOTEK_JWKS_URL for production");
            let keys = Keys::from_local(&LocalKey::load_or_create(&local)?)?;
            (keys, Some(LocalKey::ISSUER.to_owned()), LocalKey::AUDIENCE.to_owned())
        }
        (None, None) => {
            return Err(Failure::new("nobody vouches for tokens").hint(
                "set KARTOTEK_JWKS_URL or KARTOTEK_JWT_PUBLIC_KEY_FILE, and KARTOTEK_JWT_ISSUER; or start with \
                 --demo to try things out",
            ));
        }
    };
    let rules = TokenRules {
        issuer: issuer.unwrap_or_default(),
        audience,
        roles_claim: config.jwt_roles_claim.clone(),
        max_lifetime_seconds: i64::try_from(config.jwt_max_lifetime.as_secs()).unwrap_or(i64::MAX),
    };
    Ok(TokenVerifier::new(keys, rules))
}

/// The development key, for the tokens that the demo prints.
pub(super) fn local(config: &Config) -> Result<(LocalKey, PathBuf), Failure> {
    let path = config.data_dir.join(LocalKey::FILE);
    Ok((LocalKey::load_or_create(&path)?, path))
}

/// A secret that others on this machine can read is none.
fn refuse_open(path: &Path) -> Result<(), Failure> {
    if others_can_read(path)? {
        let path = path.display();
        return Err(Failure::new(format!("others can read {path}")).hint(format!("chmod 600 {path}")));
    }
    Ok(())
}

fn others_can_read(path: &Path) -> Result<bool, Failure> {
    Ok(is_open_to_others(&File::open(path)?)?)
}

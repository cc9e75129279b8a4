//! The keys that a server needs: those that the configuration names, or those of the data directory.

use super::{database::make_folder, failure::Failure, output};
use crate::{
    auth::{Keys, LocalKey, TokenRules, TokenVerifier, is_open_to_others, write_new_secret},
    config::Config,
    crypto::MasterKeys,
};
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const MASTER: &str = "master.keys";

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

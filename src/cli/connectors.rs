//! What the operator lets the program reach.

use super::failure::Failure;
use crate::{
    config::Config,
    connector::{Allowed, Connectors, Secrets},
};

/// The ways to other systems, by these settings.
pub(super) fn reach(config: &Config) -> Result<Connectors, Failure> {
    Ok(Connectors::new(allowed(config))?)
}

/// What these settings allow.
pub(super) fn allowed(config: &Config) -> Allowed {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        // One whose value is no text is as none.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    Allowed {
        secrets: Secrets::new(variables, config.secrets_dir.clone()),
        networks: config.connector_networks.clone(),
        sqlite_folder: config.connector_sqlite_dir.clone(),
        public_url: config.public_url.as_ref().and_then(|url| url.parse().ok()),
    }
}

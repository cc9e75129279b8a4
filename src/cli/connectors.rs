//! What the operator lets the program reach.

use super::failure::Failure;
use crate::{
    config::Config,
    connector::{Allowed, Connectors, Hosts, Secrets, email::Mailer},
};
use std::sync::Arc;

/// The ways to other systems, by these settings.
pub(super) fn reach(config: &Config) -> Result<Connectors, Failure> {
    Ok(Connectors::new(allowed(config)?)?)
}

/// What these settings allow.
pub(super) fn allowed(config: &Config) -> Result<Allowed, Failure> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        // One whose value is no text is as none.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    Ok(Allowed {
        secrets: Secrets::new(variables, config.secrets_dir.clone()),
        hosts: Hosts::new(config.connector_hosts.clone()),
        networks: config.connector_networks.clone(),
        sqlite_folder: config.connector_sqlite_dir.clone(),
        mailer: mailer(config)?,
        public_url: config.public_url.as_ref().and_then(|url| url.parse().ok()),
    })
}

fn mailer(config: &Config) -> Result<Option<Arc<Mailer>>, Failure> {
    let (Some(url), Some(from)) = (&config.smtp_url, &config.mail_from) else { return Ok(None) };
    Ok(Some(Arc::new(Mailer::new(url, from, Mailer::TIMEOUT)?)))
}

//! What an operator may set, read once at the start.
//!
//! The command line comes before the environment, the environment before `kartotek.toml`, and that before the
//! default. Whatever is misspelt is an error that names it: a setting that silently does nothing is worse than none.

mod client;
mod layers;
mod url;
mod value;

pub use client::{ClientSettings, NoToken};
pub use layers::{ConfigError, Overrides};
pub use value::parse_duration;

use crate::{
    auth::Keys,
    checkpoints::Push,
    connector::{Host, email},
    http::Network,
};
use ipnet::IpNet;
use layers::Settings;
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::BTreeMap,
    fmt::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// The form of log lines on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// The word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// All settings. Each is called the same everywhere: `listen` in `kartotek.toml` is `KARTOTEK_LISTEN` in the
/// environment. An empty variable counts as not set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server keeps its own files: `kartotek.db`, and keys that it makes for development.
    /// Default `./data`.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`. Default: `kartotek.db` in the data directory.
    pub database_url: SecretString,
    /// Connections to the database at most. Default 8.
    pub database_connections: u32,
    /// Address and port of the HTTP server. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed: addresses, and networks such as `10.0.0.0/8`. Default: none, so
    /// the address is that of the connection.
    pub trusted_proxies: Vec<Network>,
    /// Open connections at most; further ones wait. Default 1024.
    pub max_connections: usize,
    /// The largest request body, in bytes. Default 524288.
    pub max_body_bytes: usize,
    /// How long a request may take. Default `30s`.
    pub request_timeout: Duration,
    /// How long a client may take to send the head of a request. Default `5s`.
    pub header_timeout: Duration,
    /// Whether the schema can be asked for by introspection. Default: in the demo only.
    pub introspection: Option<bool>,
    /// The file with the master keys that wrap the customers' keys, newest first.
    pub master_key_file: Option<PathBuf>,
    /// The file with the Ed25519 keys that sign checkpoints of the audit log, newest first.
    pub audit_key_file: Option<PathBuf>,
    /// Where signed checkpoints are written down, outside the database. Default: `audit-checkpoints.jsonl` in the data directory.
    pub audit_checkpoint_file: Option<PathBuf>,
    /// Where each signed checkpoint is posted to, besides: `https://`, or `http://` on this machine.
    pub audit_push_url: Option<SecretString>,
    /// The erasure ledger, which says who was erased and outlasts a restored backup. Default: `erasure-ledger.jsonl` in the
    /// data directory.
    pub erasure_ledger_file: Option<PathBuf>,
    /// Where the identity provider publishes its keys. `https://`, or `http://` on this machine.
    pub jwks_url: Option<String>,
    /// A file with the identity provider's public keys in PEM form, instead of `jwks_url`.
    pub jwt_public_key_file: Option<PathBuf>,
    /// The `iss` of tokens, exactly. Needed with `jwks_url` and `jwt_public_key_file`.
    pub jwt_issuer: Option<String>,
    /// What `aud` of tokens is, or contains. Default `kartotek`.
    pub jwt_audience: String,
    /// Where the roles are in a token: a claim, or a path such as `realm_access.roles`. Default `roles`.
    pub jwt_roles_claim: String,
    /// The longest a token may live from `iat` to `exp`. Default `1d`.
    pub jwt_max_lifetime: Duration,
    /// How often maps are looked through for what time has changed. Default `15m`.
    pub sweep_interval: Duration,
    /// Bulk work about more customers than these waits for a second person.
    pub bulk_approval_above: u64,
    /// Plans of bulk work tell of groups of fewer customers than these, among those of whom only a little is left (k-anonymity). 0 and
    /// 1 turn it off.
    pub small_group: u32,
    /// Hosts that connectors may name: `api.example`, `db.internal:5432`, `*.example`, or `*` for third parties anywhere on
    /// the public internet. Default: none.
    pub connector_hosts: Vec<Host>,
    /// Networks beyond the public internet that third parties' APIs may be in: addresses, and networks such as
    /// `10.0.0.0/8`. Default: none.
    pub connector_networks: Vec<IpNet>,
    /// The folder that in-house SQLite databases may be in. Default: none may be reached.
    pub connector_sqlite_dir: Option<PathBuf>,
    /// The folder with the secrets of connectors, a file for each. Others come from variables that begin with
    /// `KARTOTEK_SECRET_`.
    pub secrets_dir: Option<PathBuf>,
    /// Where third parties reach this server, for answers that come later. `https://`, or `http://` on this machine.
    pub public_url: Option<String>,
    /// The company's mail server, for letters to third parties: `smtps://user:password@mail.example:465`.
    pub smtp_url: Option<SecretString>,
    /// Who letters come from, as `Company <privacy@company.example>`. Needed with `smtp_url`.
    pub mail_from: Option<String>,
    /// `text` or `json`. Default `text`.
    pub log_format: LogFormat,
    /// What is logged: a level such as `info`, or directives such as `info,kartotek=debug`. Default `info`.
    pub log_level: String,
    origins: BTreeMap<&'static str, String>,
}

/// The variables of this process.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        // A value that is no text is no good value either, and is complained about as such.
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    })
}

/// The names of all settings, in the order in which they are printed.
const KEYS: [&str; 33] = [
    "data_dir",
    "database_url",
    "database_connections",
    "listen",
    "trusted_proxies",
    "max_connections",
    "max_body_bytes",
    "request_timeout",
    "header_timeout",
    "introspection",
    "master_key_file",
    "audit_key_file",
    "audit_checkpoint_file",
    "audit_push_url",
    "erasure_ledger_file",
    "jwks_url",
    "jwt_public_key_file",
    "jwt_issuer",
    "jwt_audience",
    "jwt_roles_claim",
    "jwt_max_lifetime",
    "sweep_interval",
    "bulk_approval_above",
    "small_group",
    "connector_hosts",
    "connector_networks",
    "connector_sqlite_dir",
    "secrets_dir",
    "public_url",
    "smtp_url",
    "mail_from",
    "log_format",
    "log_level",
];

impl Config {
    /// The configuration of this process.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::of(overrides, environment())
    }

    /// The configuration by this command line and this environment, and the file that they name.
    pub fn of(
        overrides: &Overrides,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Self::beside(Path::new("kartotek.toml"), overrides, environment)
    }

    fn beside(
        usual_file: &Path,
        overrides: &Overrides,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let settings = Settings::gather(&KEYS, usual_file, overrides, environment)?;
        let config = Self::read(settings)?;
        config.check()?;
        Ok(config)
    }

    fn read(mut s: Settings) -> Result<Self, ConfigError> {
        const COUNT: &str = "a whole number from 1 to 65536";
        const TIME: &str = "a duration from 100ms to 1h, such as 30s";
        let data_dir = s.told("data_dir", url::folder)?.unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = s
            .told("database_url", url::database)?
            .unwrap_or_else(|| format!("sqlite://{}/kartotek.db", data_dir.display()).into());
        let short = |text: &str| value::duration_within(text, Duration::from_millis(100), value::HOUR);
        let lifetime = |text: &str| value::duration_within(text, Duration::from_mins(1), value::DAY * 30);
        Ok(Self {
            database_url,
            data_dir,
            database_connections: s
                .get("database_connections", COUNT, |t| value::number(t, 1, 65_536))?
                .unwrap_or(8),
            listen: s
                .get("listen", "an address and a port, such as 127.0.0.1:8080", |text| text.parse().ok())?
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            trusted_proxies: s
                .get(
                    "trusted_proxies",
                    "IP addresses and networks such as 10.0.0.0/8, separated by commas",
                    value::networks,
                )?
                .unwrap_or_default(),
            max_connections: s
                .get("max_connections", COUNT, |t| value::number(t, 1, 65_536))?
                .unwrap_or(1024),
            max_body_bytes: s
                .get("max_body_bytes", "a whole number of bytes from 1024 to 67108864", |text| {
                    value::number(text, 1024, 64 << 20)
                })?
                .unwrap_or(512 << 10),
            request_timeout: s.get("request_timeout", TIME, short)?.unwrap_or(Duration::from_secs(30)),
            header_timeout: s.get("header_timeout", TIME, short)?.unwrap_or(Duration::from_secs(5)),
            introspection: s.get("introspection", "true or false", |text| text.parse().ok())?,
            master_key_file: s.path("master_key_file")?,
            audit_key_file: s.path("audit_key_file")?,
            audit_checkpoint_file: s.path("audit_checkpoint_file")?,
            audit_push_url: s.get(
                "audit_push_url",
                "an https:// address (http:// only on this machine)",
                |text| Push::may_go_to(text).then(|| text.to_owned().into()),
            )?,
            erasure_ledger_file: s.path("erasure_ledger_file")?,
            jwks_url: s.get(
                "jwks_url",
                "an https:// address without a password in it (http:// only on this machine)",
                |text| Keys::may_come_from(text).then(|| text.to_owned()),
            )?,
            jwt_public_key_file: s.path("jwt_public_key_file")?,
            jwt_issuer: s.text("jwt_issuer")?,
            jwt_audience: s.text("jwt_audience")?.unwrap_or_else(|| "kartotek".to_owned()),
            jwt_roles_claim: s.text("jwt_roles_claim")?.unwrap_or_else(|| "roles".to_owned()),
            jwt_max_lifetime: s
                .get("jwt_max_lifetime", "a duration from 1m to 30d, such as 1h", lifetime)?
                .unwrap_or(value::DAY),
            sweep_interval: s
                .get("sweep_interval", "a duration from 1m to 1d, such as 15m", |text| {
                    value::duration_within(text, Duration::from_mins(1), value::DAY)
                })?
                .unwrap_or(Duration::from_mins(15)),
            bulk_approval_above: approval_above(&mut s)?,
            small_group: small_group(&mut s)?,
            connector_hosts: s
                .get(
                    "connector_hosts",
                    "hosts such as api.example, db.internal:5432, *.example, or *, separated by commas",
                    value::hosts,
                )?
                .unwrap_or_default(),
            connector_networks: s
                .get(
                    "connector_networks",
                    "IP addresses and networks such as 10.0.0.0/8, separated by commas",
                    value::nets,
                )?
                .unwrap_or_default(),
            connector_sqlite_dir: s.path("connector_sqlite_dir")?,
            secrets_dir: s.path("secrets_dir")?,
            public_url: s.get(
                "public_url",
                "an https:// address without a password in it (http:// only on this machine)",
                |text| Keys::may_come_from(text).then(|| text.to_owned()),
            )?,
            smtp_url: s.told("smtp_url", |text| {
                email::check(text).map(|()| text.to_owned().into()).map_err(|bad| bad.to_string().into())
            })?,
            mail_from: s.told("mail_from", |text| {
                email::check_sender(text).map(|()| text.to_owned()).map_err(|bad| bad.to_string().into())
            })?,
            log_format: s.get("log_format", "text or json", value::log_format)?.unwrap_or(LogFormat::Text),
            log_level: s
                .get(
                    "log_level",
                    "off, error, warn, info, debug or trace, or directives such as info,kartotek=debug",
                    value::log_level,
                )?
                .unwrap_or_else(|| "info".to_owned()),
            origins: s.origins(),
        })
    }

    /// What only goes together, or does not.
    fn check(&self) -> Result<(), ConfigError> {
        let has_keys = self.jwks_url.is_some() || self.jwt_public_key_file.is_some();
        if self.jwks_url.is_some() && self.jwt_public_key_file.is_some() {
            return Err(ConfigError::Conflict(
                "set `jwks_url` or `jwt_public_key_file`, not both: one issuer's keys have one source",
            ));
        }
        if has_keys && self.jwt_issuer.is_none() {
            return Err(ConfigError::Conflict(
                "`jwt_issuer` is missing: without it, tokens that the same keys signed for others would count",
            ));
        }
        if !has_keys && self.jwt_issuer.is_some() {
            return Err(ConfigError::Conflict(
                "`jwt_issuer` does nothing alone: set `jwks_url` or `jwt_public_key_file`, where the issuer's keys are",
            ));
        }
        if self.smtp_url.is_some() != self.mail_from.is_some() {
            return Err(ConfigError::Conflict(
                "`smtp_url` and `mail_from` go together: letters have a server and a sender",
            ));
        }
        Ok(())
    }

    /// The settings as a `kartotek.toml`, each with where it came from, passwords masked.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        for key in KEYS {
            let origin = self.origins.get(key).map_or("default", String::as_str);
            // Writing to a string does not fail.
            let _ = match self.shown(key) {
                Some(value) => writeln!(text, "{key} = {value}  # {origin}"),
                None => writeln!(text, "# {key} is not set"),
            };
        }
        text
    }

    fn shown(&self, key: &str) -> Option<String> {
        let path = |path: &Path| value::quoted(&path.display().to_string());
        let time = |duration| value::quoted(&value::print_duration(duration));
        Some(match key {
            "data_dir" => path(&self.data_dir),
            "database_url" => value::quoted(&url::masked(self.database_url.expose_secret())),
            "database_connections" => self.database_connections.to_string(),
            "listen" => value::quoted(&self.listen.to_string()),
            "trusted_proxies" => {
                let quoted: Vec<_> =
                    self.trusted_proxies.iter().map(|proxy| value::quoted(&proxy.to_string())).collect();
                format!("[{}]", quoted.join(", "))
            }
            "max_connections" => self.max_connections.to_string(),
            "max_body_bytes" => self.max_body_bytes.to_string(),
            "request_timeout" => time(self.request_timeout),
            "header_timeout" => time(self.header_timeout),
            "introspection" => self.introspection?.to_string(),
            "master_key_file" => path(self.master_key_file.as_ref()?),
            "audit_key_file" => path(self.audit_key_file.as_ref()?),
            "audit_checkpoint_file" => path(self.audit_checkpoint_file.as_ref()?),
            "audit_push_url" => value::quoted(&url::masked(self.audit_push_url.as_ref()?.expose_secret())),
            "erasure_ledger_file" => path(self.erasure_ledger_file.as_ref()?),
            "jwks_url" => value::quoted(&url::masked(self.jwks_url.as_ref()?)),
            "jwt_public_key_file" => path(self.jwt_public_key_file.as_ref()?),
            "jwt_issuer" => value::quoted(self.jwt_issuer.as_ref()?),
            "jwt_audience" => value::quoted(&self.jwt_audience),
            "jwt_roles_claim" => value::quoted(&self.jwt_roles_claim),
            "jwt_max_lifetime" => time(self.jwt_max_lifetime),
            "sweep_interval" => time(self.sweep_interval),
            "small_group" => self.small_group.to_string(),
            "bulk_approval_above" => self.bulk_approval_above.to_string(),
            "connector_hosts" => {
                let quoted: Vec<_> =
                    self.connector_hosts.iter().map(|host| value::quoted(&host.to_string())).collect();
                format!("[{}]", quoted.join(", "))
            }
            "connector_networks" => {
                let quoted: Vec<_> =
                    self.connector_networks.iter().map(|net| value::quoted(&net.to_string())).collect();
                format!("[{}]", quoted.join(", "))
            }
            "connector_sqlite_dir" => path(self.connector_sqlite_dir.as_ref()?),
            "secrets_dir" => path(self.secrets_dir.as_ref()?),
            "public_url" => value::quoted(self.public_url.as_ref()?),
            "smtp_url" => value::quoted(&url::masked(self.smtp_url.as_ref()?.expose_secret())),
            "mail_from" => value::quoted(self.mail_from.as_ref()?),
            "log_format" => value::quoted(self.log_format.word()),
            "log_level" => value::quoted(&self.log_level),
            _ => return None,
        })
    }
}

/// See [`Config::bulk_approval_above`].
fn approval_above(s: &mut Settings) -> Result<u64, ConfigError> {
    let number =
        s.get("bulk_approval_above", "a number of customers, such as 1000", |text| text.parse().ok())?;
    Ok(number.unwrap_or(1_000))
}

/// See [`Config::small_group`].
fn small_group(s: &mut Settings) -> Result<u32, ConfigError> {
    let number = s.get("small_group", "a number of customers from 0 to 1000, such as 5", |text| {
        value::number(text, 0, 1_000)
    })?;
    Ok(number.unwrap_or(5))
}

#[cfg(test)]
mod tests;

//! Which hosts connectors may name. Whoever sets a connector may be told nothing and gain nothing by it: without this, they
//! could have people's keys, and the operator's secrets, sent to themselves.

use std::{net::IpAddr, str::FromStr};

/// The hosts that the operator lets connectors name; none, unless told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Host>);

/// One of them, as in a setting: `api.example`, `db.internal:5432`, `*.example`, or `*` for third parties anywhere on the
/// public internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: Name,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Any,
    /// With its dot.
    Below(String),
    This(String),
}

/// A text that names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a host is written as api.example, db.internal:5432, *.example, or * for any third party's")]
pub struct NotAHost;

impl Hosts {
    /// These and no others.
    pub fn new(hosts: impl IntoIterator<Item = Host>) -> Self {
        Self(hosts.into_iter().collect())
    }

    /// These, and another one.
    #[must_use]
    pub fn and(mut self, host: Host) -> Self {
        self.0.push(host);
        self
    }

    /// Whether a third party's API may be there.
    #[must_use]
    pub fn allow_web(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|one| one.is_port(port) && (one.name == Name::Any || one.is_name(host)))
    }

    /// Whether a database may be there: those are named one by one, as a password goes to each.
    #[must_use]
    pub fn allow_database(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|one| one.is_port(port) && one.is_name(host))
    }
}

impl Host {
    /// One address, at any port.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self { name: Name::This(address.to_string()), port: None }
    }

    fn is_port(&self, port: u16) -> bool {
        self.port.is_none_or(|this| this == port)
    }

    fn is_name(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        match &self.name {
            Name::Any => false,
            Name::Below(end) => host.ends_with(end.as_str()) && host.len() > end.len(),
            Name::This(name) => host == *name,
        }
    }
}

impl FromStr for Host {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let text = text.trim().to_ascii_lowercase();
        let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, rest)) => (address, rest.strip_prefix(':').filter(|_| !rest.is_empty())),
            None => match text.rsplit_once(':') {
                // An address of IPv6 without brackets has no port.
                Some((name, port)) if !name.contains(':') => (name, Some(port)),
                _ => (text.as_str(), None),
            },
        };
        let port = port.map(|port| port.parse().map_err(|_| NotAHost)).transpose()?;
        let plain = |name: &str| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
            !name.is_empty() && name.bytes().all(fits)
        };
        let name = match name.strip_prefix('*') {
            Some("") => Name::Any,
            Some(end) if end.starts_with('.') && plain(&end[1..]) => Name::Below(end.to_owned()),
            None if plain(name) => Name::This(name.to_owned()),
            _ => return Err(NotAHost),
        };
        Ok(Self { name, port })
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Name::Any => f.write_str("*")?,
            Name::Below(end) => write!(f, "*{end}")?,
            Name::This(name) if name.contains(':') => write!(f, "[{name}]")?,
            Name::This(name) => f.write_str(name)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(texts: &[&str]) -> Hosts {
        Hosts::new(texts.iter().map(|text| text.parse().unwrap()))
    }

    #[test]
    fn nobody_is_reached_who_is_not_named() {
        assert!(!Hosts::default().allow_web("api.example", 443));
        let some = hosts(&["API.example", "db.internal:5432", "*.party.example", "[::1]:5433"]);
        assert!(some.allow_web("api.example", 443) && some.allow_web("Api.Example", 8443));
        assert!(some.allow_web("eu.party.example", 443) && !some.allow_web("party.example", 443));
        assert!(!some.allow_web("evilparty.example", 443) && !some.allow_web("api.example.evil", 443));
        assert!(some.allow_database("db.internal", 5432) && !some.allow_database("db.internal", 5433));
        assert!(some.allow_database("[::1]", 5433) && some.allow_database("::1", 5433));
    }

    #[test]
    fn any_host_is_any_third_partys_and_no_databases() {
        let any = hosts(&["*"]);
        assert!(any.allow_web("api.example", 443) && !any.allow_database("db.internal", 5432));
    }

    #[test]
    fn what_is_no_host_is_refused_and_what_is_reads_back() {
        for text in ["", "https://api.example", "a b", "db:port", "*evil.example", "user@host", "*."] {
            assert_eq!(text.parse::<Host>(), Err(NotAHost), "{text}");
        }
        for text in ["api.example", "db.internal:5432", "*.example", "*", "[::1]:5432", "[::1]", "127.0.0.1"]
        {
            assert_eq!(text.parse::<Host>().unwrap().to_string(), text);
        }
    }
}

//! Where requests may go. A URL is looked at when it is registered and again before each request, and whatever a name
//! leads to when it is connected to (W7: nobody may have the program call the company's own machines).

use super::{address, resolver::CheckedResolver};
use ipnet::IpNet;
use reqwest::{Url, dns::Resolve};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

/// The public internet, and those networks beyond it that the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    allowed: Arc<[IpNet]>,
}

/// A URL that requests may go to. Its query may hold a secret, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    url: Url,
}

/// Why requests may not go there. Names the rule, never the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    #[error("it is not a URL")]
    NotAUrl,
    #[error("only https is spoken, and http with this machine")]
    Scheme,
    #[error("a user name and a password have no place in a URL")]
    UserInfo,
    #[error("a host is to be named without a dot at the end")]
    Host,
    #[error("the address is not allowed: {0}")]
    Address(&'static str),
}

impl Egress {
    /// The public internet and these. http can be spoken with this machine if its address is among them.
    pub fn allowing(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self { allowed: networks.into_iter().collect() }
    }

    /// Whether requests may go to `url`, as far as can be seen without asking for its host: a name can lead elsewhere
    /// tomorrow, so what it leads to is checked when a connection is made.
    pub fn check(&self, url: &str) -> Result<Destination, OutOfBounds> {
        let url = Url::parse(url).map_err(|_| OutOfBounds::NotAUrl)?;
        self.check_url(&url)?;
        Ok(Destination { url })
    }

    pub(super) fn check_url(&self, url: &Url) -> Result<(), OutOfBounds> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(OutOfBounds::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutOfBounds::UserInfo);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(OutOfBounds::NotAUrl)?;
        // The parser has made four numbers of `0x7f.1`, `2130706433` and `127.0.0.1.`; what still ends in a dot is a
        // name, which certificates write without.
        if host.ends_with('.') {
            return Err(OutOfBounds::Host);
        }
        if url.scheme() == "http" && !is_this_machine(host) {
            return Err(OutOfBounds::Scheme);
        }
        if is_localhost(host) {
            return self.this_machine().map(drop);
        }
        // The client connects to an address that stands in the URL without asking a resolver.
        literal(host).map_or(Ok(()), |address| self.check_address(address))
    }

    /// Whether a connection may be made to this address.
    pub(super) fn check_address(&self, address: IpAddr) -> Result<(), OutOfBounds> {
        address::check(address, &self.allowed).map_err(OutOfBounds::Address)
    }

    /// Those addresses of this machine that are allowed: one at least.
    pub(super) fn this_machine(&self) -> Result<Vec<IpAddr>, OutOfBounds> {
        let checked = THIS_MACHINE.map(|address| self.check_address(address).map(|()| address));
        let allowed = checked.iter().filter_map(|it| it.ok()).collect::<Vec<_>>();
        if allowed.is_empty() { checked[0].map(|_| allowed) } else { Ok(allowed) }
    }

    /// Asks `names`, and refuses an answer that leads out of bounds.
    pub(super) fn resolver(&self, names: Arc<dyn Resolve>) -> CheckedResolver {
        CheckedResolver::new(self.clone(), names)
    }
}

impl Destination {
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether a certificate proves that an answer is theirs.
    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// Shows where, and neither path nor query.
impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Destination({})", self.url.origin().ascii_serialization())
    }
}

const THIS_MACHINE: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// `localhost` and names below it never leave the machine (RFC 6761, section 6.3).
pub(super) fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether a host, in lower case, is this machine without asking anybody.
pub(crate) fn is_this_machine(host: &str) -> bool {
    is_localhost(host) || literal(host).is_some_and(|address| address.is_loopback())
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests;

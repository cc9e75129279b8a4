//! Where a server is.

use reqwest::Url;
use std::net::IpAddr;

/// The address of a server's API. A token goes there, so it is `https://`, or `http://` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) url: Url,
    /// Whether no certificate says who answers.
    pub(super) in_the_clear: bool,
    /// On this machine, where no proxy is asked.
    pub(super) is_local: bool,
}

/// Why an address is no endpoint. It does not show the address, which may have a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It cannot be read.
    #[error("the endpoint is no address such as https://kartotek.example")]
    NotAnAddress,
    /// Only the token says who asks.
    #[error("the endpoint has a user or a password in it: leave them out, the token says who you are")]
    Credentials,
    /// What follows the path.
    #[error("the endpoint has a `?` or a `#` in it: leave out what begins there")]
    Rest,
    /// Whoever is on the way could take the token.
    #[error(
        "the endpoint is http:// on another machine, and the token would go there for everybody on the way to read"
    )]
    InTheClear,
}

impl Endpoint {
    /// The server at this address, such as `https://kartotek.example`; `/graphql` is added where it is not there.
    ///
    /// # Errors
    /// When it is none, and for `http://` on another machine unless `insecure_http`.
    pub fn parse(text: &str, insecure_http: bool) -> Result<Self, BadEndpoint> {
        let mut url = Url::parse(text.trim()).map_err(|_| BadEndpoint::NotAnAddress)?;
        let host = url.host_str().ok_or(BadEndpoint::NotAnAddress)?;
        let is_local = is_loopback(host);
        let in_the_clear = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(BadEndpoint::NotAnAddress),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadEndpoint::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BadEndpoint::Rest);
        }
        if in_the_clear && !is_local && !insecure_http {
            return Err(BadEndpoint::InTheClear);
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/graphql").unwrap_or(path);
        let path = format!("{path}/graphql");
        url.set_path(&path);
        Ok(Self { url, in_the_clear, is_local })
    }
}

impl Endpoint {
    /// The address of a file of the same server, by its path there; `None` for what is no path.
    pub(super) fn file(&self, path: &str) -> Option<Url> {
        let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        let mut base = self.url.clone();
        let above = base.path().strip_suffix("/graphql")?.to_owned();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        base.set_path(&format!("{above}{path}"));
        base.set_query((!query.is_empty()).then_some(query));
        is_path.then_some(base)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_token_may_go() {
        for (text, url) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
            ("http://[::1]:1/", "http://[::1]:1/graphql"),
            ("http://localhost/graphql", "http://localhost/graphql"),
            ("http://localhost/graphql/", "http://localhost/graphql"),
            ("https://kartotek.example/registry/", "https://kartotek.example/registry/graphql"),
        ] {
            assert_eq!(Endpoint::parse(text, false).unwrap().url.as_str(), url);
        }
        for (text, why) in [
            ("kartotek.example", BadEndpoint::NotAnAddress),
            ("ftp://kartotek.example", BadEndpoint::NotAnAddress),
            ("https://anna:hunter2@kartotek.example", BadEndpoint::Credentials),
            ("https://kartotek.example/?token=hunter2", BadEndpoint::Rest),
            ("http://kartotek.example", BadEndpoint::InTheClear),
            ("http://127.0.0.1.example", BadEndpoint::InTheClear),
        ] {
            assert_eq!(Endpoint::parse(text, false), Err(why), "{text}");
            assert!(!why.to_string().contains("hunter2"));
        }
        let below = Endpoint::parse("https://kartotek.example/registry/", false).unwrap();
        let file = below.file("/reports/1/a.csv?until=1&signature=2").unwrap();
        assert_eq!(file.as_str(), "https://kartotek.example/registry/reports/1/a.csv?until=1&signature=2");
        for elsewhere in ["//evil.example/a", "https://evil.example/a", "/\\evil.example", "reports/1"] {
            assert_eq!(below.file(elsewhere), None, "{elsewhere}");
        }
        assert!(Endpoint::parse("http://kartotek.example", true).unwrap().in_the_clear);
    }
}

//! What all commands take that ask a server.

use crate::config::parse_duration;
use clap::Args;
use std::time::Duration;

/// Where the server is, and how it is asked. The token is no argument: others on this machine could see it.
#[derive(Clone, Debug, Args)]
pub struct ClientArgs {
    /// The server's address. Default: `KARTOTEK_ENDPOINT`, or http://127.0.0.1:8080.
    #[arg(long, value_name = "URL", help_heading = "The server")]
    pub endpoint: Option<String>,
    /// Send the token to an http:// address on another machine, where everybody on the way can read it. For networks that encrypt
    /// by themselves.
    #[arg(long, help_heading = "The server")]
    pub insecure_http: bool,
    /// Why it is asked for, as a purpose's key. Default: the one that goes with the role; a SERVICE has none and must say.
    #[arg(long, value_name = "KEY", help_heading = "The server")]
    pub purpose: Option<String>,
    /// How long to try a server again that is away or says that it cannot answer now, such as 30s.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = patience, help_heading = "The server")]
    pub retry_for: Duration,
}

fn patience(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|duration| *duration <= Duration::from_hours(24))
        .ok_or_else(|| "a duration from 0s to 24h, such as 30s or 10m".to_owned())
}

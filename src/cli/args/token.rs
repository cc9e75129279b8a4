//! `kartotek token`

use crate::{config::parse_duration, policy::Role};
use clap::{Args, builder::NonEmptyStringValueParser};
use std::time::Duration;

const LONGEST: Duration = Duration::from_hours(24);

/// `kartotek token`
#[derive(Clone, Args)]
#[command(after_help = "Examples:\n  kartotek token --role AGENT\n  \
    kartotek token --role CUSTOMER --customer K-1001 --expires 15m\n  \
    kartotek token --role SERVICE --scope customers systems")]
pub struct TokenArgs {
    /// What the bearer may do: CUSTOMER, AGENT, COMPLIANCE, AUDITOR, SERVICE, ADMIN. Several add up.
    #[arg(long = "role", value_name = "ROLE", required = true, num_args = 1.., value_delimiter = ',', value_parser = role)]
    pub roles: Vec<Role>,
    /// Who bears it, as the audit log will name them. Default: local- and the first role.
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new())]
    pub subject: Option<String>,
    /// Their name for people to read.
    #[arg(long, value_name = "N", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// The company's reference of the customer who bears it. Goes with the role CUSTOMER, and only with it.
    #[arg(long, value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    pub customer: Option<String>,
    /// The root fields that a SERVICE may call.
    #[arg(long = "scope", value_name = "SCOPE", num_args = 1.., value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    pub scopes: Vec<String>,
    /// How long it lives, such as 90s, 15m, 1h or 1d; a day at most.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = lifetime)]
    pub expires: Duration,
}

impl std::fmt::Debug for TokenArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenArgs")
            .field("roles", &self.roles)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(&word.to_ascii_uppercase())
        .ok_or_else(|| format!("the roles are {}", Role::ALL.map(Role::word).join(", ")))
}

fn lifetime(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|duration| (Duration::from_secs(1)..=LONGEST).contains(duration))
        .ok_or_else(|| "a duration from 1s to 24h, such as 90s, 15m, 1h or 1d".to_owned())
}

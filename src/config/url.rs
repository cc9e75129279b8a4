//! Addresses: of the database, with parameters that mean something; and any, without what is secret in it.

use super::layers::nearest;
use secrecy::SecretString;
use std::{borrow::Cow, path::PathBuf};

/// What the drivers know. Others they pass over with a warning that shows the value, so that a misspelt `sslmode` leaves
/// the connection as it is without one.
const POSTGRES: [&str; 19] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "options[…]",
];
const SQLITE: [&str; 4] = ["mode", "cache", "immutable", "vfs"];

/// Those of them whose values are not shown.
const SECRET: [&str; 4] = ["password", "sslkey", "ssl-key", "options"];

/// The address of a database, or what it must be instead.
pub(super) fn database(text: &str) -> Result<SecretString, Cow<'static, str>> {
    if let Some(rest) = text.strip_prefix("sqlite:") {
        sqlite(rest.strip_prefix("//").unwrap_or(rest))?;
    } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        postgres(text)?;
    } else {
        return Err("sqlite://… or postgres://…".into());
    }
    Ok(text.into())
}

/// The folder of the database unless that is told, so it stands in an address.
pub(super) fn folder(text: &str) -> Result<PathBuf, Cow<'static, str>> {
    if text.is_empty() || text.contains(['%', '?']) {
        return Err("the path of a directory, without `%` and `?`".into());
    }
    Ok(text.into())
}

fn sqlite(rest: &str) -> Result<(), Cow<'static, str>> {
    // The driver would read another path than the one that was made ready for it, for nobody else to look into.
    if rest.contains('%') {
        return Err("without a `%`: the path is taken as it is written".into());
    }
    if rest.starts_with("file:") {
        return Err("a path, and no address of SQLite's own: sqlite:///srv/kartotek.db".into());
    }
    let (file, query) = rest.split_once('?').unwrap_or((rest, ""));
    known(query, &SQLITE)?;
    if file.is_empty() || file.contains(":memory:") || query.split('&').any(|one| one == "mode=memory") {
        return Err(
            "the file of a database, such as sqlite://./data/kartotek.db: in memory, every connection would \
                    have a database of its own"
                .into(),
        );
    }
    Ok(())
}

fn postgres(text: &str) -> Result<(), Cow<'static, str>> {
    // What comes after it would not count, and neither would what it cuts off.
    if text.contains('#') {
        return Err("without a `#`: it is written %23".into());
    }
    known(text.split_once('?').map_or("", |(_, query)| query), &POSTGRES)
}

/// Whether each parameter is one of these. One that is not is named, unless it looks like a part of a password.
fn known(query: &str, all: &'static [&'static str]) -> Result<(), Cow<'static, str>> {
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let name = name(parameter);
        let is_option = all.contains(&"options[…]") && name.starts_with("options[") && name.ends_with(']');
        if is_option || all.contains(&name) {
            continue;
        }
        let is_name = parameter.contains('=') && !query.contains('@') && name.len() <= 40;
        if !is_name || name.contains(|c: char| !c.is_ascii_alphanumeric() && !"-_.[]".contains(c)) {
            return Err(
                "without parameters that are not known, and its password without `?`: it is written %3F"
                    .into(),
            );
        }
        let meant = nearest(name, all).map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
        return Err(format!("without the parameter `{name}`, which is not known{meant}").into());
    }
    Ok(())
}

fn name(parameter: &str) -> &str {
    parameter.split_once('=').map_or(parameter, |(name, _)| name)
}

/// An address without its password, be it before the host or in the query.
pub(super) fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    // The last `@`, in case somebody left one in the password as it is; rather too much masked than too little.
    let (user, rest) = rest.rsplit_once('@').map_or((None, rest), |(user, rest)| (Some(user), rest));
    let user = user.map(|user| match user.split_once(':') {
        Some((name, _)) => format!("{name}:***@"),
        None => format!("{user}@"),
    });
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let query = query.map(|query| {
        let parts: Vec<_> = query.split('&').map(masked_parameter).collect();
        format!("?{}", parts.join("&"))
    });
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    format!("{scheme}{}{place}{}", user.unwrap_or_default(), query.unwrap_or_default())
}

/// A parameter that is not known may hold a secret, or be a misspelt one that does.
fn masked_parameter(parameter: &str) -> Cow<'_, str> {
    let is_harmless =
        |name: &str| POSTGRES.iter().chain(&SQLITE).any(|known| *known == name) && !SECRET.contains(&name);
    match parameter.split_once('=') {
        Some((name, _)) if is_harmless(name) => parameter.into(),
        Some((name, _)) => format!("{name}=***").into(),
        None => "***".into(),
    }
}

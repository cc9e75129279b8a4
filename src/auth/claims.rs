//! What a token says about its bearer.

use super::{json, rejected::Rejected};
use crate::policy::Role;
use serde_json::{Map, Value};
use std::fmt;

/// How far an issuer's clock may be ahead of ours.
const LEEWAY_SECONDS: i64 = 60;
/// What the audit log has room for in a name of somebody.
const MAX_TEXT: usize = 255;

/// What a token must say to be believed.
#[derive(Clone, Debug)]
pub struct TokenRules {
    /// `iss` is exactly this.
    pub issuer: String,
    /// `aud` is this, or an array that contains it: a token for several services is one for each of them.
    pub audience: String,
    /// Where the roles are: the name of a claim, or a path into it with dots such as `realm_access.roles`.
    pub roles_claim: String,
    /// The longest time from `iat` to `exp`: how long a withdrawn role may live on.
    pub max_lifetime_seconds: i64,
}

/// Who bears a token that was believed. Its `Debug` form names nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// The bearer, by the issuer's own name for them.
    pub subject: String,
    /// For people to read.
    pub name: Option<String>,
    /// Sorted, without duplicates. Words that are no role of ours are left out; whoever has none left is
    /// [`Rejected::NoRole`].
    pub roles: Vec<Role>,
    /// From `scope` (words in a string, RFC 8693) or else `scp` (an array).
    pub scopes: Vec<String>,
    /// The company's own reference of the customer who bears the token.
    pub customer: Option<String>,
    /// Seconds since 1970 from which on the token is worth nothing.
    pub expires_at: i64,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("issuer", &self.issuer)
            .field("roles", &self.roles)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// An identity and when it may be used.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) identity: Identity,
    valid_from: i64,
}

impl Claims {
    /// Reads a payload whose signature was found good.
    pub(super) fn read(payload: &[u8], rules: &TokenRules) -> Result<Self, Rejected> {
        let claims = json::object(payload).ok_or(Rejected::Malformed)?;

        if claims.get("iss").and_then(Value::as_str) != Some(rules.issuer.as_str()) {
            return Err(Rejected::Issuer);
        }
        if !is_for(&claims, &rules.audience)? {
            return Err(Rejected::Audience);
        }
        let expires_at = time(&claims, "exp")?.ok_or(Rejected::Claims("exp"))?;
        let issued_at = time(&claims, "iat")?.ok_or(Rejected::Claims("iat"))?;
        let not_before = time(&claims, "nbf")?.unwrap_or(issued_at);
        if expires_at.saturating_sub(issued_at) > rules.max_lifetime_seconds {
            return Err(Rejected::TooLongLived);
        }

        let identity = Identity {
            issuer: rules.issuer.clone(),
            subject: text(&claims, "sub")?.ok_or(Rejected::Claims("sub"))?,
            name: text(&claims, "name")?,
            roles: roles(&claims, &rules.roles_claim)?,
            scopes: scopes(&claims)?,
            customer: text(&claims, "customer")?,
            expires_at,
        };
        Ok(Self { identity, valid_from: issued_at.max(not_before) })
    }

    /// Who bears the token, if they have a role here.
    pub(super) fn bearer(&self) -> Result<Identity, Rejected> {
        let bearer = self.identity.clone();
        if bearer.roles.is_empty() { Err(Rejected::NoRole(Box::new(bearer))) } else { Ok(bearer) }
    }

    /// Whether the token may be used at this moment. There is no leeway at the end: a token lives as long as it
    /// says, and whoever finds that too short asks for a new one a minute earlier.
    pub(super) fn check_time(&self, now: i64) -> Result<(), Rejected> {
        if now >= self.identity.expires_at {
            return Err(Rejected::Expired);
        }
        if self.valid_from > now.saturating_add(LEEWAY_SECONDS) {
            return Err(Rejected::NotYetValid);
        }
        Ok(())
    }
}

/// A claim that says `null` says nothing.
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).filter(|value| !value.is_null())
}

fn is_for(claims: &Map<String, Value>, audience: &str) -> Result<bool, Rejected> {
    match claim(claims, "aud") {
        None => Ok(false),
        Some(Value::String(one)) => Ok(one == audience),
        Some(several) => Ok(words(several).ok_or(Rejected::Claims("aud"))?.contains(&audience)),
    }
}

/// Whole seconds only: a fraction or a power of ten is nothing that an issuer of ours writes.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Rejected> {
    claim(claims, name).map(|value| value.as_i64().ok_or(Rejected::Claims(name))).transpose()
}

/// These texts end in the audit log and on screens: no empty ones, no endless ones, no line breaks.
fn text(claims: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Rejected> {
    let Some(value) = claim(claims, name) else { return Ok(None) };
    let text = value.as_str().ok_or(Rejected::Claims(name))?;
    if text.trim().is_empty() || text.chars().count() > MAX_TEXT || text.chars().any(deceives) {
        return Err(Rejected::Claims(name));
    }
    Ok(Some(text.to_owned()))
}

/// What breaks a line, or turns the direction of the text around it, wherever it is shown.
fn deceives(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn roles(claims: &Map<String, Value>, path: &str) -> Result<Vec<Role>, Rejected> {
    let Some(found) = at_path(claims, path).filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    let words = words(found).ok_or(Rejected::Claims("roles"))?;
    let mut roles: Vec<Role> = words.into_iter().filter_map(Role::from_word).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

/// A claim of that whole name comes first: some issuers use addresses, which have dots, as names.
fn at_path<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        let mut steps = path.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    })
}

fn scopes(claims: &Map<String, Value>) -> Result<Vec<String>, Rejected> {
    let (name, value) = match (claim(claims, "scope"), claim(claims, "scp")) {
        (Some(value), _) => ("scope", value),
        (None, Some(value)) => ("scp", value),
        (None, None) => return Ok(Vec::new()),
    };
    let words = match value {
        Value::String(text) => text.split_ascii_whitespace().collect(),
        other => words(other).ok_or(Rejected::Claims(name))?,
    };
    let mut scopes: Vec<String> = words.into_iter().map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// The strings of an array of nothing but strings.
fn words(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

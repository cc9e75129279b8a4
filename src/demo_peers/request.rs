//! What the third party is asked, as far as it matters here; docs/third-party-api.md has all of it.

use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(rename = "subject_request_id")]
    pub(super) id: String,
    subject_identities: Vec<Identity>,
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Identity {
    identity_type: String,
    identity_value: String,
}

#[derive(Deserialize)]
struct Extensions {
    kartotek: Scope,
}

#[derive(Deserialize)]
struct Scope {
    #[serde(flatten)]
    action: Action,
    categories: BTreeSet<String>,
}

/// What is to be done. Any other word makes the whole request unreadable: nothing is done on a guess.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Action {
    Erase,
    Anonymize,
    Export,
    Rectify { corrections: Vec<Correction> },
}

/// What is right.
#[derive(Deserialize)]
pub(super) struct Correction {
    pub(super) category: String,
    pub(super) value: String,
}

impl Request {
    pub(super) const fn action(&self) -> &Action {
        &self.extensions.kartotek.action
    }

    pub(super) const fn categories(&self) -> &BTreeSet<String> {
        &self.extensions.kartotek.categories
    }

    /// The keys here of whom it is about.
    pub(super) fn references(&self) -> impl Iterator<Item = &str> {
        let theirs =
            self.subject_identities.iter().filter(|one| one.identity_type == "processor_customer_id");
        theirs.map(|one| one.identity_value.as_str())
    }
}

impl Action {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Erase => "ERASE",
            Self::Anonymize => "ANONYMIZE",
            Self::Export => "EXPORT",
            Self::Rectify { .. } => "RECTIFY",
        }
    }
}

//! The question: a data subject request in the form of OpenDSR (<https://github.com/opengdpr/OpenDSR>).

use super::{
    super::{Call, Correction, Failure},
    verdict::lasting,
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    enums::{SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What OpenDSR calls it, if it knows it. For the rest a third party has to be written to.
#[must_use]
pub fn request_type(action: TaskAction) -> Option<&'static str> {
    match action {
        // Of data that is theirs to keep without the person, they decide how it loses the person; see the extension.
        TaskAction::Erase | TaskAction::Anonymize => Some("erasure"),
        TaskAction::Export => Some("access"),
        TaskAction::Rectify => Some("rectification"),
        TaskAction::Restrict | TaskAction::Verify => None,
    }
}

#[derive(Serialize)]
struct Request<'a> {
    regulation: &'static str,
    subject_request_id: Uuid,
    subject_request_type: &'static str,
    submitted_time: String,
    subject_identities: Vec<Identity<'a>>,
    api_version: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_callback_urls: Vec<&'a str>,
    extensions: Extensions<'a>,
}

#[derive(Serialize)]
struct Identity<'a> {
    #[serde(rename = "identity_type")]
    kind: &'static str,
    #[serde(rename = "identity_value")]
    value: &'a str,
    #[serde(rename = "identity_format")]
    format: &'static str,
}

/// Where OpenDSR leaves room for what it has no word for.
#[derive(Serialize)]
struct Extensions<'a> {
    kartotek: Scope<'a>,
}

#[derive(Serialize)]
struct Scope<'a> {
    action: TaskAction,
    categories: &'a BTreeSet<CategoryKey>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<Right<'a>>,
}

/// What is right.
#[derive(Serialize)]
struct Right<'a> {
    category: &'a CategoryKey,
    value: &'a str,
}

/// The body of a request. The same bytes on each attempt, unless more is known of the person by then, because a server may
/// compare what comes with the same idempotency key (draft-ietf-httpapi-idempotency-key-header): `asked_at` is when the task
/// was opened. Of what the person is known by, only what this party knows them by is told.
pub(super) fn request(
    call: &Call,
    known_by: SubjectKeyKind,
    asked_at: DateTime<Utc>,
    callback: Option<&Url>,
) -> Result<Vec<u8>, Failure> {
    let subject_request_type = request_type(call.action)
        .ok_or_else(|| lasting("a privacy API of the form of OpenDSR cannot be asked to do this"))?;
    let identities = call.subject.values(known_by).map(|value| Identity {
        kind: identity_type(known_by),
        value,
        format: "raw",
    });
    let subject_identities = identities.collect::<Vec<_>>();
    if subject_identities.is_empty() {
        return Err(lasting("nothing is known that they know the person by"));
    }
    let right = call.corrections.iter();
    let right = right.map(|Correction { category, new, .. }| Right { category, value: new.expose_secret() });
    let corrections = right.collect();
    let request = Request {
        regulation: "gdpr",
        subject_request_id: call.key,
        subject_request_type,
        submitted_time: asked_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        subject_identities,
        api_version: "1.0",
        status_callback_urls: callback.map(Url::as_str).into_iter().collect(),
        extensions: Extensions {
            kartotek: Scope { action: call.action, categories: &call.categories, corrections },
        },
    };
    serde_json::to_vec(&request).map_err(|_| lasting("the request could not be written as JSON"))
}

fn identity_type(kind: SubjectKeyKind) -> &'static str {
    match kind {
        SubjectKeyKind::ExternalReference => "processor_customer_id",
        SubjectKeyKind::Reference => "controller_customer_id",
        SubjectKeyKind::Email => "email",
        SubjectKeyKind::Phone => "phone_number",
        SubjectKeyKind::NationalId => "national_id",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Subject;
    use serde_json::json;

    const KEY: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);

    fn call(action: TaskAction) -> Call {
        Call {
            key: KEY,
            action,
            categories: BTreeSet::from([CategoryKey::from("user.contact.phone")]),
            subject: Subject::default()
                .known_by(SubjectKeyKind::Email, "anna@example.com")
                .known_by(SubjectKeyKind::Email, "a@example.org")
                .known_by(SubjectKeyKind::NationalId, "198001012384"),
            found_before: None,
            corrections: Vec::new(),
        }
    }

    fn written(call: &Call, known_by: SubjectKeyKind) -> Result<serde_json::Value, Failure> {
        let asked_at = DateTime::from_timestamp(1_764_091_800, 123_456_789).unwrap();
        let callback = Url::parse("https://kartotek.example/callbacks/1").unwrap();
        let body = request(call, known_by, asked_at, Some(&callback))?;
        Ok(serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn a_request_has_the_form_of_opendsr_and_tells_no_more_than_they_know_already() {
        assert_eq!(
            written(&call(TaskAction::Erase), SubjectKeyKind::Email).unwrap(),
            json!({
                "regulation": "gdpr",
                "subject_request_id": KEY,
                "subject_request_type": "erasure",
                "submitted_time": "2025-11-25T17:30:00Z",
                "subject_identities": [
                    { "identity_type": "email", "identity_value": "anna@example.com", "identity_format": "raw" },
                    { "identity_type": "email", "identity_value": "a@example.org", "identity_format": "raw" },
                ],
                "api_version": "1.0",
                "status_callback_urls": ["https://kartotek.example/callbacks/1"],
                "extensions": { "kartotek": { "action": "ERASE", "categories": ["user.contact.phone"] } },
            })
        );
    }

    #[test]
    fn each_action_that_opendsr_knows_has_its_type_and_the_others_are_not_asked() {
        for (action, asked) in [
            (TaskAction::Erase, Some("erasure")),
            (TaskAction::Anonymize, Some("erasure")),
            (TaskAction::Export, Some("access")),
            (TaskAction::Rectify, Some("rectification")),
            (TaskAction::Restrict, None),
            (TaskAction::Verify, None),
        ] {
            let written = written(&call(action), SubjectKeyKind::NationalId);
            let found = written.as_ref().ok().map(|body| body["subject_request_type"].as_str().unwrap());
            assert_eq!(found, asked, "{action:?}");
            assert_eq!(written.is_err(), request_type(action).is_none());
        }
    }

    #[test]
    fn nobody_is_asked_about_nobody() {
        let failure = written(&call(TaskAction::Erase), SubjectKeyKind::Phone).unwrap_err();
        assert!(matches!(failure, Failure::Lasting { .. }));
    }
}

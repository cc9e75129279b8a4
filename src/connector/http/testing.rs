//! What tests here have in common: secrets, a task, and its person.

use super::{super::Call, sign::Keys};
use crate::connector::Subject;
use chrono::{DateTime, Utc};
use entity::{
    enums::{SubjectKeyKind, TaskAction},
    ids::CategoryKey,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

pub const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub const KEY: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
pub const NOW: i64 = 1_764_091_800;

pub fn keys(secrets: &str) -> Keys {
    Keys::parse(&SecretString::from(secrets.to_owned())).unwrap()
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

pub fn subject() -> Subject {
    Subject::default().known_by(SubjectKeyKind::Email, "anna@example.com")
}

pub fn call() -> Call {
    Call {
        key: KEY,
        action: TaskAction::Erase,
        categories: BTreeSet::from([CategoryKey::from("user.contact.phone")]),
        subject: subject(),
        found_before: None,
        corrections: Vec::new(),
    }
}

/// A body about the task that says this.
pub fn says(status: &str) -> String {
    said(json!({ "request_status": status }))
}

/// A body about the task with these fields.
pub fn said(mut fields: Value) -> String {
    fields["subject_request_id"] = json!(KEY);
    fields.to_string()
}

//! A letter with made-up values.

use super::letter::{Kind, Letter};
use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{Locale, SubjectKeyKind, TaskAction};
use reqwest::Url;
use secrecy::SecretString;
use uuid::Uuid;

pub const CASE: Uuid = Uuid::from_u128(0x0193_65d2_7a10_7c31_9d44_8ca2_0f3a_91bc);

pub fn letter() -> Letter {
    Letter {
        to: "privacy@party.example".to_owned(),
        locale: Locale::Sv,
        kind: Kind::Asking,
        controller: "Exempelbolaget AB".to_owned(),
        action: TaskAction::Erase,
        lifts: false,
        categories: vec!["Telefonnummer".to_owned(), "Postadress".to_owned()],
        known_by: (SubjectKeyKind::Reference, vec![SecretString::from("K-4711".to_owned())]),
        case: CASE,
        answer_by: day(2026, 1, 5),
        answer_url: Url::parse("https://kartotek.example/answers/one-time").ok(),
    }
}

pub fn reminder(nth: u32) -> Letter {
    Letter { kind: Kind::Reminding { nth, asked_on: day(2025, 12, 3) }, ..letter() }
}

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn now() -> DateTime<Utc> {
    "2025-12-03T09:30:00Z".parse().unwrap()
}

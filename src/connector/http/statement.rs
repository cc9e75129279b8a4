//! What a body of theirs states, in an answer or in a callback: of all that somebody may write into JSON, the few fields
//! that mean something here, in values of closed forms. The rest is dropped, as it may be about a person.

use super::super::{Gathered, Subject};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::enums::SubjectKeyKind;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const LONGEST_GROUND: usize = 200;
/// Digits in a row that may be a phone number, a national id or a date of birth.
const TELLING_DIGITS: usize = 6;

/// One body, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// The request that they speak of, if they say so.
    pub about: Option<Uuid>,
    pub status: Status,
    /// What is worth keeping of it.
    pub facts: Map<String, Value>,
    /// What they hold of the person, where that was asked for.
    pub data: Option<Gathered>,
}

/// How far they say they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// They have it, and go on.
    Received,
    Completed,
    NothingFound,
    /// They keep it; without a ground that can be recorded, a person has to look.
    Kept(Option<String>),
    Cancelled,
    /// They report an error, whatever else they say.
    Error,
    Unsaid,
}

/// No JSON object, fields of other types than expected, a field twice, or two statuses that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclear;

/// The fields of OpenDSR's answers and callbacks, and the short forms of those who have no need of OpenDSR.
#[derive(Deserialize)]
struct Body {
    status: Option<String>,
    request_status: Option<String>,
    error: Option<Value>,
    errors: Option<Value>,
    subject_request_id: Option<Uuid>,
    #[serde(alias = "reason")]
    ground: Option<String>,
    request_id: Option<Value>,
    received_time: Option<Value>,
    completed_time: Option<Value>,
    expected_completion_time: Option<Value>,
    results_count: Option<Value>,
    data: Option<Value>,
}

impl Statement {
    /// Reads a body. Nothing that `subject` is known by is taken over.
    pub(super) fn read(body: &[u8], subject: &Subject) -> Result<Self, Unclear> {
        let body: Body = serde_json::from_slice(body).map_err(|_| Unclear)?;
        let status = body.status(subject)?;
        let (about, facts) = (body.subject_request_id, body.facts(subject));
        let data = body.data.filter(|data| !data.is_null());
        let data = data.map(|data| Gathered(vec![json!({ "document": data })]));
        Ok(Self { about, status, facts, data })
    }
}

impl Body {
    fn status(&self, subject: &Subject) -> Result<Status, Unclear> {
        if self.error.is_some() || self.errors.is_some() {
            return Ok(Status::Error);
        }
        match (&self.status, &self.request_status) {
            (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other) => Err(Unclear),
            (Some(word), _) | (None, Some(word)) => self.named(word, subject).ok_or(Unclear),
            (None, None) => Ok(Status::Unsaid),
        }
    }

    fn named(&self, word: &str, subject: &Subject) -> Option<Status> {
        Some(match word.to_ascii_lowercase().as_str() {
            "received" | "accepted" | "pending" | "in_progress" => Status::Received,
            "completed" | "done" => Status::Completed,
            "no_data" | "not_found" => Status::NothingFound,
            "kept" | "rejected" => {
                Status::Kept(self.ground.as_deref().and_then(|text| ground(text, subject)))
            }
            "cancelled" => Status::Cancelled,
            "error" | "failed" => Status::Error,
            _ => return None,
        })
    }

    fn facts(&self, subject: &Subject) -> Map<String, Value> {
        let time = |value: &Option<Value>| {
            let time = DateTime::parse_from_rfc3339(value.as_ref()?.as_str()?).ok()?.with_timezone(&Utc);
            Some(json!(time.to_rfc3339_opts(SecondsFormat::Secs, true)))
        };
        let status = self.status.as_ref().or(self.request_status.as_ref());
        let id = self.request_id.as_ref().and_then(Value::as_str).and_then(|id| opaque(id, subject));
        let facts = [
            ("status", status.map(|word| json!(word.to_ascii_lowercase()))),
            ("subjectRequestId", self.subject_request_id.map(|id| json!(id))),
            ("requestId", id.map(|id| json!(id))),
            ("receivedTime", time(&self.received_time)),
            ("completedTime", time(&self.completed_time)),
            ("expectedCompletionTime", time(&self.expected_completion_time)),
            ("resultsCount", self.results_count.as_ref().and_then(Value::as_u64).map(|count| json!(count))),
        ];
        facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// An id, if it is one that a machine made: a UUID, or twenty characters and more of which some are digits. Others may
/// be somebody's address or number.
pub(super) fn opaque<'a>(id: &'a str, subject: &Subject) -> Option<&'a str> {
    if mentions(id, subject) {
        return None;
    }
    let token =
        ["msg_", "req_", "evt_", "dsr_"].iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
    let random = (20..=40).contains(&token.len())
        && token.bytes().all(|it| it.is_ascii_alphanumeric())
        && token.bytes().filter(u8::is_ascii_digit).count() >= 3
        && !has_number(token);
    (random || Uuid::parse_str(token).is_ok()).then_some(id)
}

/// A ground, if it is a code such as `LEGAL_OBLIGATION`, or cites a rule, as `Art. 17(3)(b)` does, or what has a `§`. Anything
/// else may be about the person, and is for a person to read, at theirs.
fn ground<'a>(text: &'a str, subject: &Subject) -> Option<String> {
    let text: &'a str = text.trim();
    let plain = |it: char| it.is_alphanumeric() || " .,:;()[]/§-_".contains(it);
    let fits = (1..=LONGEST_GROUND).contains(&text.chars().count()) && text.chars().all(plain);
    let is_code = text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    let cites = text.contains('§') || text.starts_with("Art. ") || text.starts_with("art. ");
    (fits && (is_code || cites) && !has_number(text) && !mentions(text, subject)).then(|| text.to_owned())
}

/// Whether there are so many digits with nothing but what people write between the groups of a number.
fn has_number(text: &str) -> bool {
    let mut digits = 0;
    text.chars().any(|it| {
        match it {
            _ if it.is_numeric() => digits += 1,
            ' ' | '-' | '.' => {}
            _ => digits = 0,
        }
        digits >= TELLING_DIGITS
    })
}

fn mentions(text: &str, subject: &Subject) -> bool {
    let text = text.to_lowercase();
    let kinds = [
        SubjectKeyKind::ExternalReference,
        SubjectKeyKind::Reference,
        SubjectKeyKind::Email,
        SubjectKeyKind::Phone,
        SubjectKeyKind::NationalId,
    ];
    // One or two characters are in every text.
    let known = kinds.into_iter().flat_map(|kind| subject.values(kind)).filter(|value| value.len() > 2);
    known.into_iter().any(|value| text.contains(&value.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Statement, Unclear> {
        let subject = Subject::default()
            .known_by(SubjectKeyKind::Email, "anna@example.com")
            .known_by(SubjectKeyKind::Reference, "K-1001")
            .known_by(SubjectKeyKind::ExternalReference, "0193b5a0-0000-7000-8000-00000000000a");
        Statement::read(body.as_bytes(), &subject)
    }

    fn status(body: &str) -> Result<Status, Unclear> {
        read(body).map(|statement| statement.status)
    }

    #[test]
    fn each_word_has_one_meaning() {
        for (word, meaning) in [
            ("received", Status::Received),
            ("in_progress", Status::Received),
            ("pending", Status::Received),
            ("completed", Status::Completed),
            ("COMPLETED", Status::Completed),
            ("no_data", Status::NothingFound),
            ("not_found", Status::NothingFound),
            ("kept", Status::Kept(None)),
            ("rejected", Status::Kept(None)),
            ("cancelled", Status::Cancelled),
            ("failed", Status::Error),
        ] {
            assert_eq!(status(&format!(r#"{{"status":"{word}"}}"#)), Ok(meaning.clone()), "{word}");
            assert_eq!(status(&format!(r#"{{"request_status":"{word}"}}"#)), Ok(meaning), "{word}");
        }
    }

    #[test]
    fn w2_what_is_ambiguous_or_no_object_is_unclear_and_an_error_outweighs_a_status() {
        for body in [
            "",
            "null",
            "true",
            "\"completed\"",
            "[]",
            "<html>",
            r#"{"status":"completed"} {}"#,
            r#"{"status":"uncompleted"}"#,
            // Not what was asked for: a person looks at it.
            r#"{"status":"pseudonymized"}"#,
            r#"{"status":true}"#,
            r#"{"status":200}"#,
            r#"{"status":"received","status":"completed"}"#,
            r#"{"status":"received","request_status":"completed"}"#,
            r#"{"status":"completed","subject_request_id":"anna"}"#,
        ] {
            assert_eq!(status(body), Err(Unclear), "{body}");
        }
        assert_eq!(status("{}"), Ok(Status::Unsaid));
        assert_eq!(status(r#"{"success":true}"#), Ok(Status::Unsaid));
        for error in [r#""no""#, "{}", "false", "[]", "0"] {
            assert_eq!(
                status(&format!(r#"{{"status":"completed","error":{error}}}"#)),
                Ok(Status::Error),
                "{error}"
            );
        }
        assert_eq!(status(r#"{"status":"completed","error":null,"errors":null}"#), Ok(Status::Completed));
    }

    #[test]
    fn nothing_personal_is_kept_whatever_field_it_comes_in() {
        let body = json!({
            "status": "completed",
            "subject_request_id": "0193b5a0-0000-7000-8000-000000000001",
            "request_id": "anna@example.com",
            "received_time": "2026-11-25T18:00:00.123+01:00",
            "completed_time": "Anna",
            "expected_completion_time": 198_001_012_384_u64,
            "results_count": 3,
            "results_url": "https://x/anna",
            "name": "Anna",
            "subject": { "email": "anna@example.com" },
        });
        assert_eq!(
            Value::from(read(&body.to_string()).unwrap().facts),
            json!({
                "status": "completed",
                "subjectRequestId": "0193b5a0-0000-7000-8000-000000000001",
                "receivedTime": "2026-11-25T17:00:00Z",
                "resultsCount": 3,
            })
        );
    }

    #[test]
    fn ids_are_kept_if_a_machine_made_them() {
        let kept = |id: &str| {
            let body = json!({ "status": "received", "request_id": id });
            read(&body.to_string()).unwrap().facts.contains_key("requestId")
        };
        for id in [
            "0193b5a0-0000-7000-8000-000000000001",
            "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ] {
            assert!(kept(id), "{id}");
        }
        for id in [
            "",
            "1",
            "K-1001",
            "anna.andersson",
            "198001012384",
            "annaandersson19800101",
            "annaanderssonstockholm",
            "+46701234567",
            "anna_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            // The key of the person's at that third party.
            "0193b5a0-0000-7000-8000-00000000000a",
            "0193B5A0-0000-7000-8000-00000000000A",
        ] {
            assert!(!kept(id), "{id}");
        }
    }

    #[test]
    fn grounds_are_kept_if_they_say_nothing_of_the_person() {
        let ground = |text: &str| match status(&json!({ "status": "kept", "reason": text }).to_string()) {
            Ok(Status::Kept(ground)) => ground,
            other => panic!("{other:?}"),
        };
        for text in ["LEGAL_OBLIGATION", "Art. 17(3)(b)", "Bokföringslagen (1999:1078) 7 kap. 2 §"] {
            assert_eq!(ground(text).as_deref(), Some(text));
        }
        for text in [
            "",
            " ",
            "invoice of anna@example.com",
            "invoices of k-1001",
            "since 800101-2384 owes us",
            "call 070-123 45 67",
            "born 1980-01-01",
            "a\nb",
            "Anna Andersson owes us for invoice 12",
            "a\u{202e}b",
            "<b>law</b>",
            &"a".repeat(LONGEST_GROUND + 1),
        ] {
            assert_eq!(ground(text), None, "{text}");
        }
    }
}

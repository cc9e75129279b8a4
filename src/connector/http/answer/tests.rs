//! Statuses and bodies, and that nothing is done for which there is no proof (W1, W2).

use super::{
    super::testing::{KEY, NEW, NOW, OLD, at, keys, said, says, subject},
    *,
};
use crate::connector::Evidence;
use crate::connector::http::{ID, TIMESTAMP};
use reqwest::header::HeaderValue;
use serde_json::json;

const HTTPS: bool = true;
const HTTP: bool = false;

fn hear(status: u16, headers: &HeaderMap, body: &str, https: bool) -> Result<Answer, Failure> {
    let (subject, keys) = (subject(), keys(OLD));
    let asked = Asked { key: KEY, subject: &subject, now: at(NOW) };
    let status = StatusCode::from_u16(status).unwrap();
    understand(Heard { status, headers, body: body.as_bytes(), https }, &keys, &asked)
}

fn over_https(status: u16, body: &str) -> Result<Answer, Failure> {
    hear(status, &HeaderMap::new(), body, HTTPS)
}

fn signed(secrets: &str, body: &str, when: i64) -> HeaderMap {
    let signature = keys(secrets).sign("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", at(when), body.as_bytes()).unwrap();
    let values = [
        (ID, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W".to_owned()),
        (TIMESTAMP, when.to_string()),
        (SIGNATURE, signature),
    ];
    values.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn with_wait(status: u16, wait: &str) -> Option<Duration> {
    let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(wait).unwrap())]);
    match refusal(StatusCode::from_u16(status).unwrap(), &headers, at(NOW)) {
        Some(Failure::Passing { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    }
}

#[test]
fn w1_bad_statuses_pass_or_last() {
    let failure = |status| refusal(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), at(NOW));
    for status in [401, 403, 404, 408, 409, 425, 429, 500, 501, 502, 503, 504, 599] {
        assert!(matches!(failure(status), Some(Failure::Passing { retry_after: None, .. })), "{status}");
    }
    for status in [300, 301, 302, 303, 304, 307, 308, 400, 405, 410, 413, 418, 422, 451, 600, 999] {
        assert!(matches!(failure(status), Some(Failure::Lasting { .. })), "{status}");
    }
    for status in [200, 201, 202, 204] {
        assert_eq!(failure(status), None, "{status}");
    }
}

#[test]
fn w1_the_wait_that_they_ask_for_is_read_in_all_forms_and_bounded() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for status in [429, 503] {
        assert_eq!(with_wait(status, "120"), seconds(120));
        assert_eq!(with_wait(status, " 0 "), seconds(0));
        // 2025-11-25T17:32:00Z, two minutes on, in the three forms of RFC 9110.
        assert_eq!(with_wait(status, "Tue, 25 Nov 2025 17:32:00 GMT"), seconds(120));
        assert_eq!(with_wait(status, "Tuesday, 25-Nov-25 17:32:00 GMT"), seconds(120));
        assert_eq!(with_wait(status, "Tue Nov 25 17:32:00 2025"), seconds(120));
        assert_eq!(with_wait(status, "Wed, 21 Oct 2015 07:28:00 GMT"), seconds(0));
        for long in ["864000", "99999999999999999999999", "Fri, 25 Nov 2050 17:32:00 GMT"] {
            assert_eq!(with_wait(status, long), Some(LONGEST_WAIT), "{long}");
        }
        for nothing in ["", "-1", "soon", "1.5", "+5", "2025-11-25T17:32:00Z"] {
            assert_eq!(with_wait(status, nothing), None, "{nothing}");
        }
    }
}

#[test]
fn what_is_said_over_https_is_believed() {
    assert!(matches!(over_https(200, r#"{"status":"completed"}"#), Ok(Answer::Done(_))));
    assert!(matches!(over_https(200, &says("no_data")), Ok(Answer::NothingFound(_))));
    let kept = said(json!({ "status": "rejected", "reason": "LEGAL_OBLIGATION" }));
    assert!(
        matches!(over_https(200, &kept), Ok(Answer::Kept { ground, .. }) if ground == "LEGAL_OBLIGATION")
    );
    assert!(matches!(over_https(200, &says("rejected")), Err(Failure::Lasting { .. })));
    assert!(matches!(over_https(200, &says("cancelled")), Err(Failure::Lasting { .. })));
}

#[test]
fn who_has_received_it_is_waited_for() {
    for word in ["received", "in_progress", "pending"] {
        assert_eq!(over_https(200, &says(word)), Ok(Answer::Accepted), "{word}");
    }
    // OpenDSR's own form: no status, and what was received.
    assert_eq!(
        over_https(201, &said(json!({ "received_time": "2025-11-25T17:30:00Z" }))),
        Ok(Answer::Accepted)
    );
    for body in ["", "ok", "<p>thanks</p>", "{}", r#"{"status":"completed"}"#] {
        assert_eq!(over_https(202, body), Ok(Answer::Accepted), "{body}");
        assert_eq!(hear(202, &HeaderMap::new(), body, HTTP), Ok(Answer::Accepted), "{body}");
    }
    assert!(over_https(202, r#"{"error":"no such person"}"#).is_err());
}

#[test]
fn w2_a_good_status_alone_is_never_done() {
    for status in [200, 201, 204, 206] {
        for body in [
            "",
            "{}",
            "OK",
            "null",
            "<!doctype html><title>completed</title>",
            r#"{"error":"no such person"}"#,
            r#"{"status":"completed","error":{"code":5}}"#,
            r#"{"success":true}"#,
            r#"{"status":"erased, trust me"}"#,
        ] {
            let heard = over_https(status, body);
            assert!(matches!(heard, Err(Failure::Passing { .. })), "{status} {body}: {heard:?}");
        }
    }
}

#[test]
fn w2_our_own_request_sent_back_states_nothing() {
    let echo = said(json!({ "subject_request_type": "erasure", "subject_identities": [] }));
    assert!(matches!(hear(200, &signed(OLD, &echo, NOW), &echo, HTTPS), Err(Failure::Passing { .. })));
}

#[test]
fn an_answer_about_another_request_is_none() {
    let other = r#"{"status":"completed","subject_request_id":"0193b5a0-0000-7000-8000-0000000000ff"}"#;
    assert!(over_https(200, other).is_err());
    assert!(hear(200, &signed(OLD, other, NOW), other, HTTP).is_err());
}

#[test]
fn w5_over_http_only_a_signature_proves_an_answer() {
    for word in ["completed", "no_data"] {
        let body = says(word);
        assert!(hear(200, &HeaderMap::new(), &body, HTTP).is_err(), "{word}");
        assert!(hear(200, &signed(OLD, &body, NOW), &body, HTTP).is_ok(), "{word}");
        assert!(hear(200, &signed(&format!("{NEW} {OLD}"), &body, NOW), &body, HTTP).is_ok(), "{word}");
    }
    // Signed, and yet perhaps about somebody else.
    let body = r#"{"status":"completed"}"#;
    assert!(hear(200, &signed(OLD, body, NOW), body, HTTP).is_err());
}

#[test]
fn w5_a_signature_that_is_there_has_to_be_right_even_over_https() {
    let body = says("completed");
    for headers in [signed(NEW, &body, NOW), signed(OLD, "{}", NOW), signed(OLD, &body, NOW - 3600)] {
        assert!(matches!(hear(200, &headers, &body, HTTPS), Err(Failure::Passing { .. })));
    }
    let mut without_time = signed(OLD, &body, NOW);
    without_time.remove(TIMESTAMP);
    assert!(hear(200, &without_time, &body, HTTPS).is_err());
}

#[test]
fn evidence_says_what_was_said_and_what_proves_it() {
    let body = said(json!({ "status": "completed", "results_count": 2, "email": "anna@example.com" }));
    let headers = signed(OLD, &body, NOW);
    let Ok(Answer::Done(Evidence::Confirmed { document, at: when })) = hear(200, &headers, &body, HTTP)
    else {
        panic!("not done")
    };
    assert_eq!(when, at(NOW));
    let proof = json!({
        "certificate": false,
        "id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "timestamp": NOW.to_string(),
        "signature": headers[SIGNATURE].to_str().unwrap(),
    });
    let expected =
        json!({ "status": "completed", "subjectRequestId": KEY, "resultsCount": 2, "proof": proof });
    assert_eq!(document, expected);
}

//! Messages that come later, and those that are not theirs (W4 and W5, as far as they need no memory).

use super::{
    super::{
        ID, SIGNATURE, TIMESTAMP,
        testing::{KEY, NEW, NOW, OLD, at, keys, said, says, subject},
    },
    *,
};
use crate::connector::Evidence;
use serde_json::json;

fn message(secrets: &str, id: &str, when: i64, body: &str) -> HeaderMap {
    let signature = keys(secrets).sign(id, at(when), body.as_bytes()).unwrap();
    let values = [(ID, id.to_owned()), (TIMESTAMP, when.to_string()), (SIGNATURE, signature)];
    values.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn take(secrets: &str, headers: &HeaderMap, body: &str, now: i64) -> Result<Callback, Rejected> {
    receive(&keys(secrets), KEY, &subject(), headers, body.as_bytes(), at(now))
}

#[test]
fn a_signed_message_about_the_request_is_an_answer() {
    let body = says("completed");
    let callback = take(OLD, &message(OLD, "m1", NOW, &body), &body, NOW + 60).unwrap();
    let Ok(Answer::Done(Evidence::Confirmed { document, at: when })) = &callback.said else {
        panic!("not done")
    };
    assert_eq!((document["status"].as_str(), *when), (Some("completed"), at(NOW + 60)));

    let again = take(OLD, &message(OLD, "m1", NOW + 9, &body), &body, NOW + 9).unwrap();
    let another = take(OLD, &message(OLD, "m2", NOW, &body), &body, NOW).unwrap();
    assert_eq!(callback.message, again.message);
    assert_ne!(callback.message, another.message);
}

#[test]
fn a_message_can_say_that_it_goes_on_or_came_to_nothing() {
    let said = |body: &str| take(OLD, &message(OLD, "m", NOW, body), body, NOW).unwrap().said;
    assert_eq!(said(&says("in_progress")), Ok(Answer::Accepted));
    assert!(matches!(said(&says("failed")), Err(Failure::Passing { .. })));
    assert!(matches!(said(&says("rejected")), Err(Failure::Lasting { .. })));
}

#[test]
fn w5_what_is_not_signed_by_them_is_not_looked_at() {
    let body = says("completed");
    let unproven = |headers: &HeaderMap, why| {
        assert_eq!(take(OLD, headers, &body, NOW), Err(Rejected::Unproven(why)));
        // Not even whether it can be read is told.
        assert!(matches!(take(OLD, headers, "<html>", NOW), Err(Rejected::Unproven(_))));
    };
    unproven(&HeaderMap::new(), Unproven::Missing(ID));
    for name in [ID, TIMESTAMP, SIGNATURE] {
        let mut headers = message(OLD, "m", NOW, &body);
        headers.remove(name);
        unproven(&headers, Unproven::Missing(name));
    }
    let mut dotted = message(OLD, "m", NOW, &body);
    dotted.insert(ID, "m.1".parse().unwrap());
    unproven(&dotted, Unproven::Id);
    unproven(&message(NEW, "m", NOW, &body), Unproven::Signature);
    unproven(&message(OLD, "m", NOW, "{}"), Unproven::Signature);
}

#[test]
fn w5_while_a_secret_is_replaced_both_are_good_and_afterwards_the_old_one_is_not() {
    let body = says("completed");
    let headers = message(OLD, "m", NOW, &body);
    assert!(take(&format!("{NEW} {OLD}"), &headers, &body, NOW).is_ok());
    assert!(take(NEW, &headers, &body, NOW).is_err());
}

#[test]
fn w4_a_replay_after_an_hour_is_refused() {
    let body = says("completed");
    let headers = message(OLD, "m", NOW, &body);
    assert_eq!(take(OLD, &headers, &body, NOW + 3600), Err(Rejected::Unproven(Unproven::Stale)));
}

#[test]
fn w4_a_message_about_another_request_or_about_none_is_refused() {
    for body in [r#"{"status":"completed"}"#, &says("completed").replace("0001\"", "0002\"")] {
        let taken = take(OLD, &message(OLD, "m", NOW, body), body, NOW);
        assert_eq!(taken, Err(Rejected::AnotherRequest), "{body}");
    }
}

#[test]
fn our_own_request_sent_back_changes_nothing() {
    let body = said(json!({ "subject_request_type": "erasure", "status_callback_urls": ["https://here"] }));
    let taken = take(OLD, &message(OLD, &KEY.to_string(), NOW, &body), &body, NOW).unwrap();
    assert!(matches!(taken.said, Err(Failure::Passing { .. })));
}

#[test]
fn w2_what_is_too_long_or_unreadable_is_refused() {
    let long = format!("{}{}", says("completed"), " ".repeat(MAX_BYTES));
    assert_eq!(take(OLD, &message(OLD, "m", NOW, &long), &long, NOW), Err(Rejected::TooLong));
    for body in ["", "<html>", "[]", r#"{"status":1}"#] {
        assert_eq!(take(OLD, &message(OLD, "m", NOW, body), body, NOW), Err(Rejected::Unreadable), "{body}");
    }
}

#[test]
fn nothing_of_the_person_is_in_what_is_kept_or_told() {
    let body = said(json!({
        "status": "completed",
        "request_id": "anna@example.com",
        "note": "anna@example.com has gone",
    }));
    let taken = take(OLD, &message(OLD, "anna@example", NOW, &body), &body, NOW).unwrap();
    assert!(!format!("{taken:?}").contains("anna"), "{taken:?}");
}

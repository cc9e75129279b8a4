//! Signatures, and what is not taken for one (W5, and the replay of W4).

use super::{
    super::testing::{NEW, OLD, at, keys},
    *,
};
use chrono::TimeDelta;
use proptest::prelude::*;

const BODY: &[u8] = br#"{"test": 2432232314}"#;

fn signed<'a>(id: &'a str, timestamp: &'a str, signatures: &'a str) -> Signed<'a> {
    Signed { id, timestamp, signatures }
}

/// The example of the Standard Webhooks libraries' own tests.
const EXAMPLE: Signed<'static> = Signed {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const EXAMPLE_AT: i64 = 1_614_265_330;

#[test]
fn the_example_of_the_specification_is_what_we_sign_and_what_we_believe() {
    assert_eq!(keys(OLD).sign(EXAMPLE.id, at(EXAMPLE_AT), BODY).unwrap(), EXAMPLE.signatures);
    assert_eq!(keys(OLD).verify(EXAMPLE, BODY, at(EXAMPLE_AT)), Ok(EXAMPLE.signatures));
}

#[test]
fn w5_while_a_secret_is_replaced_both_are_good_and_afterwards_the_old_one_is_not() {
    let by_old = keys(OLD).sign("m", at(100), BODY).unwrap();
    let message = signed("m", "100", &by_old);
    assert_eq!(keys(&format!("{NEW}\n{OLD}")).verify(message, BODY, at(100)), Ok(by_old.as_str()));
    assert_eq!(keys(NEW).verify(message, BODY, at(100)), Err(Unproven::Signature));

    let by_both = keys(&format!("{NEW} {OLD}")).sign("m", at(100), BODY).unwrap();
    for theirs in [OLD, NEW] {
        assert!(keys(theirs).verify(signed("m", "100", &by_both), BODY, at(100)).is_ok());
    }
}

#[test]
fn w5_what_is_signed_wrongly_is_not_believed() {
    let keys = keys(OLD);
    let good = keys.sign("m", at(100), BODY).unwrap();
    let now = at(100);
    assert!(keys.verify(signed("m", "100", &format!("v1a,AAAA {good} v2,x")), BODY, now).is_ok());

    let unpadded = good.trim_end_matches('=').to_owned();
    let bare = good.trim_start_matches("v1,").to_owned();
    let other_version = good.replace("v1,", "v2,");
    let late = format!("{}{good}", "v1,AAAA ".repeat(MOST_SIGNATURES));
    for wrong in ["", "v1,", "v1,!", "v1,AAAA", &unpadded, &bare, &other_version, &late] {
        assert_eq!(keys.verify(signed("m", "100", wrong), BODY, now), Err(Unproven::Signature), "{wrong}");
    }
    for message in [signed("n", "100", &good), signed("m", "101", &good), signed("m", "0100", &good)] {
        assert_eq!(keys.verify(message, BODY, now), Err(Unproven::Signature), "{message:?}");
    }
    assert_eq!(keys.verify(signed("m", "100", &good), b"{}", now), Err(Unproven::Signature));
}

#[test]
fn w5_an_id_with_a_dot_is_refused_though_its_signature_is_right() {
    let keys = keys(OLD);
    // The text `m.100.200.x`, signed as the body `200.x` of `m`, read as the body `x` of `m.100`.
    let signature = keys.sign("m", at(100), b"200.x").unwrap();
    assert_eq!(keys.verify(signed("m.100", "200", &signature), b"x", at(200)), Err(Unproven::Id));
    for id in ["", ".", "a b", "a\u{e5}", &"a".repeat(LONGEST_ID + 1)] {
        assert_eq!(keys.verify(signed(id, "100", &signature), b"x", at(100)), Err(Unproven::Id), "{id}");
        assert_eq!(keys.sign(id, at(100), b"x"), Err(Unproven::Id), "{id}");
    }
}

#[test]
fn w4_a_replay_after_an_hour_is_refused_and_so_is_one_from_the_future() {
    let keys = keys(OLD);
    for (away, good) in [(0, true), (300, true), (-300, true), (301, false), (-301, false), (3600, false)] {
        let now = at(EXAMPLE_AT) + TimeDelta::seconds(away);
        assert_eq!(keys.verify(EXAMPLE, BODY, now).is_ok(), good, "{away}");
    }
    for time in ["", "-1", "+1614265330", "1614265330.0", "1e9", " 1614265330", "99999999999999999999"] {
        let message = Signed { timestamp: time, ..EXAMPLE };
        assert_eq!(keys.verify(message, BODY, at(EXAMPLE_AT)), Err(Unproven::Time), "{time}");
    }
}

#[test]
fn w5_each_header_has_to_be_there_once() {
    let mut headers = HeaderMap::new();
    for (name, value) in [(ID, "m"), (TIMESTAMP, "100"), (SIGNATURE, "v1,x")] {
        assert_eq!(Signed::from_headers(&headers), Err(Unproven::Missing(name)));
        headers.insert(name, value.parse().unwrap());
    }
    assert_eq!(Signed::from_headers(&headers), Ok(signed("m", "100", "v1,x")));
    for name in [ID, TIMESTAMP, SIGNATURE] {
        let mut twice = headers.clone();
        twice.append(name, "other".parse().unwrap());
        assert_eq!(Signed::from_headers(&twice), Err(Unproven::Missing(name)));
    }
}

#[test]
fn secrets_that_are_too_weak_or_no_secrets_are_refused_and_never_shown() {
    let unusable = |secrets: &str| Keys::parse(&SecretString::from(secrets.to_owned())).err();
    assert_eq!(unusable("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Some(UnusableSecret::Form));
    assert_eq!(unusable("whsec_!"), Some(UnusableSecret::Form));
    assert_eq!(unusable("whsec_"), Some(UnusableSecret::Length));
    assert_eq!(unusable("whsec_c2hvcnQ="), Some(UnusableSecret::Length));
    assert_eq!(unusable(&format!("whsec_{}", STANDARD.encode([7; 65]))), Some(UnusableSecret::Length));
    assert_eq!(unusable(" "), Some(UnusableSecret::Number));
    assert_eq!(unusable(&[OLD; 5].join(" ")), Some(UnusableSecret::Number));
    assert_eq!(unusable(&format!("{OLD} c2hvcnQ=")), Some(UnusableSecret::Form));
    assert_eq!(format!("{:?}", keys(OLD)), "Keys(1)");
}

proptest! {
    /// Whatever else the three headers and the body are, they are not believed; and nothing breaks on them.
    #[test]
    fn w5_only_what_was_signed_is_believed(
        id in "[ -~]{0,20}", timestamp in "[0-9]{1,5}", signatures in ".{0,80}", body in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let keys = keys(OLD);
        prop_assert!(keys.verify(signed(&id, &timestamp, &signatures), &body, at(100)).is_err());
        if let Ok(signature) = keys.sign(&id, at(100), &body) {
            prop_assert!(keys.verify(signed(&id, "100", &signature), &body, at(100)).is_ok());
        }
    }
}

//! What is sent.

use super::server::{Server, TOKEN, ask_here, party};
use crate::connector::{
    Answer,
    http::{
        Signed,
        testing::{KEY, NOW, OLD, at, keys, says},
    },
};

#[tokio::test]
async fn a_request_is_signed_and_the_same_on_each_attempt() {
    let server = Server::saying(200, &[("set-cookie", "session=1")], &says("received")).await;
    let party = party(&server.url);
    for _ in 0..2 {
        assert_eq!(ask_here(&party).await, Ok(Answer::Accepted));
    }
    let heard = server.heard();
    assert_eq!(heard[0].1, heard[1].1);
    for (headers, body) in &heard {
        let signed = Signed::from_headers(headers).unwrap();
        assert!(keys(OLD).verify(signed, body, at(NOW)).is_ok());
        assert_eq!((signed.id, signed.timestamp), (KEY.to_string().as_str(), NOW.to_string().as_str()));
        assert_eq!(headers["idempotency-key"], KEY.to_string().as_str());
        assert_eq!(headers["authorization"], format!("Bearer {TOKEN}").as_str());
        assert_eq!(headers["content-type"], "application/json");
        assert!(!headers.contains_key("cookie") && !headers.contains_key("referer"));
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert_eq!(body["subject_identities"][0]["identity_value"], "anna@example.com");
        assert_eq!(body["status_callback_urls"][0], "https://kartotek.example/callbacks/1");
        assert_eq!(body["submitted_time"], "2025-11-25T17:29:00Z");
    }
}

#[tokio::test]
async fn without_a_token_none_is_sent_and_one_that_fits_in_no_header_is_told() {
    let server = Server::saying(202, &[], "").await;
    let mut party = party(&server.url);
    party.authorization = None;
    assert_eq!(ask_here(&party).await, Ok(Answer::Accepted));
    assert!(!server.heard()[0].0.contains_key("authorization"));

    party.authorization = Some("two\nlines of s3cret".to_owned().into());
    assert!(super::server::lasts(&ask_here(&party).await));
    assert_eq!(server.heard().len(), 1);
}

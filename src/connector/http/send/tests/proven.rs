//! Who proves that an answer is theirs, and who does not (W5).

use super::server::{Server, ask, ask_here, here, https, lasts, party, passes};
use crate::connector::{
    Answer, Evidence, Failure,
    http::{
        ID, SIGNATURE, Sender, TIMESTAMP,
        testing::{NEW, NOW, OLD, at, keys, says},
    },
};
use axum::{body::Body, http::Response};
use std::sync::atomic::Ordering;

/// A server whose answer is signed by these secrets at this time, with this id.
async fn signing(secrets: &'static str, id: &'static str, when: i64) -> Server {
    Server::answering(move |_, _| {
        let body = says("completed");
        let sound = id.replace('.', "");
        let signature = keys(secrets).sign(&sound, at(when), body.as_bytes()).unwrap();
        let response = Response::builder().header(ID, id).header(TIMESTAMP, when);
        response.header(SIGNATURE, signature).body(Body::from(body)).unwrap()
    })
    .await
}

#[tokio::test]
async fn w5_over_http_their_signature_proves_it() {
    let server = signing(OLD, "m", NOW).await;
    let answer = ask_here(&party(&server.url)).await;
    let Ok(Answer::Done(Evidence::Confirmed { document, .. })) = answer else { panic!("{answer:?}") };
    assert_eq!(document["proof"]["certificate"], false);

    let unsigned = Server::saying(200, &[], &says("completed")).await;
    assert!(lasts(&ask_here(&party(&unsigned.url)).await));
}

#[tokio::test]
async fn w5_signatures_that_are_wrong_old_or_ambiguous_prove_nothing() {
    for server in
        [signing(NEW, "m", NOW).await, signing(OLD, "m", NOW - 3600).await, signing(OLD, "m.1", NOW).await]
    {
        let answer = ask_here(&party(&server.url)).await;
        assert!(passes(&answer), "{answer:?}");
    }
}

#[tokio::test]
async fn w5_the_old_secret_is_good_while_it_is_replaced() {
    let server = signing(OLD, "m", NOW).await;
    let mut party = party(&server.url);
    party.keys = keys(&format!("{NEW} {OLD}"));
    assert!(matches!(ask_here(&party).await, Ok(Answer::Done(_))));
    party.keys = keys(NEW);
    assert!(passes(&ask_here(&party).await));
}

#[tokio::test]
async fn over_https_a_certificate_proves_it_and_one_that_nobody_knows_ends_the_talk() {
    let (at, count) = https("127.0.0.1:0", r#"{"status":"completed"}"#).await;
    let party = party(&format!("https://{at}/dsr?key=s3cret"));
    let answer = ask_here(&party).await;
    let Ok(Answer::Done(Evidence::Confirmed { document, .. })) = answer else { panic!("{answer:?}") };
    assert_eq!(document["proof"]["certificate"], true);

    // The system's own certificates do not know it.
    let answer = ask(&Sender::new(here()).unwrap(), &party).await;
    let Err(Failure::Passing { message, .. }) = &answer else { panic!("{answer:?}") };
    assert!(message.contains("certificate"), "{message}");

    // Known, but another's.
    let misnamed = super::server::party(&format!("https://localhost:{}/", at.port()));
    assert!(passes(&ask_here(&misnamed).await));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

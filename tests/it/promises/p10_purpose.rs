//! P10: data is used for the services, to contact and to invoice, and an actor sees what that takes.

use crate::support::TestApp;
use serde_json::{Value, json};

const PROFILE: &str = "{ customer(reference: \"K-1001\") { profile { name email phone nationalId } } }";

#[tokio::test]
async fn what_is_seen_depends_on_what_for_and_stands_in_the_log() {
    let app = TestApp::new().await;
    let categories = |purpose: &'static str| {
        let app = &app;
        async move {
            let answer = app.agent().for_purpose(purpose).get(PROFILE).await;
            let event = app.events_as_auditor(&answer).await.remove(0);
            assert_eq!(event["purpose"], purpose);
            let seen = event["subjects"]["nodes"][0]["categories"].as_array().unwrap().len();
            (answer.data()["customer"]["profile"].clone(), seen)
        }
    };
    let (deliver, seen) = categories("DELIVER_SERVICE").await;
    assert_eq!((&deliver["nationalId"], seen), (&json!("19850312-****"), 4));
    let (contact, seen) = categories("CONTACT").await;
    assert_eq!((&contact["nationalId"], seen), (&Value::Null, 3));
    let (invoice, seen) = categories("INVOICE").await;
    assert_eq!((&invoice["nationalId"], &invoice["phone"], seen), (&json!("19850312-2387"), &Value::Null, 3));

    assert_eq!(app.auditor().get(PROFILE).await.data()["customer"]["profile"], Value::Null);
    assert_eq!(app.admin().get(PROFILE).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.agent().without_purpose().get(PROFILE).await.code(), Some("PURPOSE_REQUIRED"));
    app.finish().await;
}

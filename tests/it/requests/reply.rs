//! The letter says what was done where, what is under way, what could not be done, and what is kept and why.

use crate::support::{Answer, TestApp, request::DELIVER, snapshot::golden};
use chrono::TimeDelta;
use serde_json::{Value, json};

const REPLY: &str =
    "query ($id: ID!) { dataRequest(id: $id) { status caseNumber sv: reply(locale: SV) en: reply(locale: EN) reply
    deliveredReply } }";

async fn reply(app: &TestApp, request: &str) -> Value {
    app.agent().ask(REPLY, json!({ "id": request })).await.data()["dataRequest"].clone()
}

async fn deliver(app: &TestApp, request: &str, more: Value) -> Answer {
    let mut input = json!({ "dataRequestId": request, "channel": "LETTER" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.agent().ask(DELIVER, json!({ "input": input })).await
}

/// The letter, without the one thing in it that is another each time.
fn letter(reply: &Value, language: &str) -> String {
    let number = reply["caseNumber"].as_str().unwrap();
    reply[language].as_str().unwrap().replace(number, "[number]")
}

#[tokio::test]
async fn it_names_every_place_and_why_something_is_kept() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4301").await;
    app.end(&subscription, json!({})).await.data();
    let request = app.submit(&customer, json!({})).await;
    assert_eq!(reply(&app, &request).await["reply"], json!(null));
    app.verify(&request, json!({})).await.data();
    // Known who asks, and nothing begun: it can be told what is going to be done.
    let told = reply(&app, &request).await;
    assert!(
        letter(&told, "en").contains("What is under way\n- Kartotek (our own system): not done yet"),
        "{told}"
    );

    app.work().await;
    let told = reply(&app, &request).await;
    assert_eq!(told["status"], "IN_PROGRESS");
    golden!("reply_under_way_en", letter(&told, "en"));

    for (system, outcome) in
        [("Fjällripan webbservrar", "KEPT"), ("Kundregister", "DONE"), ("Ärendesystem", "NOTHING_FOUND")]
    {
        let task = app.tasks_at(&customer, system).await.remove(0);
        let evidence = json!({ "outcome": outcome, "evidence": "They need it for a claim against them." });
        assert_eq!(app.complete(&task, evidence).await.user_errors(), []);
    }
    let told = reply(&app, &request).await;
    assert_eq!(told["status"], "PARTIALLY_COMPLETED");
    golden!("reply_done_sv", letter(&told, "sv"));
    golden!("reply_done_en", letter(&told, "en"));
    // What was done well is not anybody's to read.
    assert_eq!(letter(&told, "en").matches("claim against them").count(), 1);
    assert_eq!(told["reply"], told["sv"]);

    assert_eq!(deliver(&app, &request, json!({ "locale": "EN" })).await.user_errors(), []);
    app.advance(TimeDelta::days(4000));
    app.sweep().await;
    let later = reply(&app, &request).await;
    // What was said stays; what is to be said now is another thing.
    assert_eq!(later["deliveredReply"], told["en"]);
    assert_ne!(later["en"], told["en"]);
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_names_its_ground_and_where_to_complain() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4302").await;
    let request = app.submit(&customer, json!({ "categories": ["user.contact"] })).await;
    app.reject(&request, "MANIFESTLY_UNFOUNDED").await.data();
    let told = reply(&app, &request).await;
    golden!("reply_refused_en", letter(&told, "en"));
    golden!("reply_refused_sv", letter(&told, "sv"));
    app.finish().await;
}

/// What cannot be undone by a refusal is told with it, and nothing that goes on for another reason.
#[tokio::test]
async fn a_refusal_says_what_had_been_done_before() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4304").await;
    app.end(&subscription, json!({})).await.data();
    let request = app.submit(&customer, json!({ "categories": ["user.name"] })).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    let task = app.tasks_at(&customer, "Kundregister").await.remove(0);
    assert_eq!(app.complete(&task, json!({})).await.user_errors(), []);
    assert_eq!(app.reject(&request, "EXCESSIVE").await.user_errors(), []);
    app.advance(TimeDelta::days(2));
    let told = reply(&app, &request).await["en"].as_str().unwrap().to_owned();
    let before =
        told.split("\n\n").find(|part| part.starts_with("What had been done or begun by then")).unwrap();
    assert_eq!(
        before,
        "What had been done or begun by then\n\
         - Kartotek (our own system): erased on 2026-03-02: Name.\n\
         - Kundregister (our own system): erased on 2026-03-02: Name."
    );
    assert!(!told.contains("under way") && !told.contains("What is kept"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_kept_and_was_not_found_is_told() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4305").await;
    app.hold(&customer, Some(&["user.payment"])).await;
    let of_customer = "SELECT id FROM customer WHERE reference = 'K-4305'";
    let lost = format!(
        "UPDATE data_location SET state = 'LOST_TRACK' WHERE category = 'user.payment' AND customer_id = ({of_customer})"
    );
    app.database.run(&lost).await;
    let request = app.submit(&customer, json!({ "categories": ["user.payment"] })).await;
    app.verify(&request, json!({})).await.data();
    let told = reply(&app, &request).await["en"].as_str().unwrap().to_owned();
    let kept = told.split("\n\n").find(|part| part.starts_with("What is kept")).unwrap();
    assert!(kept.contains("- Faktureringssystem (our own system): Payment data."), "{told}");
    assert!(kept.contains("we did not find it there, and we are finding out why"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn it_tells_nothing_of_the_profile() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4303").await;
    let request = app.submit(&customer, json!({})).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    let told = reply(&app, &request).await;
    let profile = "query ($id: ID!) { customer(id: $id) { reference profile { name email } } }";
    let known = app.agent().ask(profile, json!({ "id": customer })).await.data()["customer"].clone();
    for value in [&known["profile"]["name"], &known["profile"]["email"]] {
        assert!(!told["sv"].as_str().unwrap().contains(value.as_str().unwrap()), "{value}");
    }
    app.finish().await;
}

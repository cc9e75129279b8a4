//! Who is meant: systems are told what they knew the person by, however the profile has changed since, and nothing that was
//! seen before stands for what was not.

use crate::support::{
    TestApp,
    connect::{Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

fn told(host: &FakeThirdParty) -> Vec<Value> {
    let asked = host.asked().into_iter().map(|one| one.body);
    asked.map(|body| body["subject_identities"][0]["identity_value"].clone()).collect()
}

/// The profile is gone, and the task is called off as a hold keeps a part of what it was about: what is left of it, and the
/// rest when the hold is lifted, still goes.
#[tokio::test]
async fn what_comes_in_a_tasks_place_knows_whom_it_is_about() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(500, json!({})));
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-5601").await;
    app.try_to_work().await;
    assert!(app.at(&customer, "Kartotek").await.iter().all(|(_, state)| state == "ERASED"));
    let hold = app.hold(&customer, Some(&["user.name"])).await;
    host.usually(Manner::Does);
    app.advance(TimeDelta::days(1));
    app.work().await;
    let kept = [("user.contact.email", "ERASED"), ("user.name", "RESTRICTED")];
    let kept = kept.map(|(category, state)| (category.to_owned(), state.to_owned()));
    let mut states = app.at(&customer, HOST).await;
    states.sort();
    assert_eq!(states, kept);
    let lift = json!({ "input": { "legalHoldId": hold, "reason": "settled" } });
    assert_eq!(app.compliance().ask(crate::support::dispose::LIFT, lift).await.user_errors(), []);
    app.advance(TimeDelta::days(1));
    app.work().await;
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "ERASED"));
    assert!(told(&host).iter().all(|value| value == "K-5601@example.com"), "{:?}", told(&host));
    assert!(app.database.rows("SELECT system_id FROM envelope").await.is_empty());
    app.finish().await;
}

/// They may know the person by what was corrected, or by what it was corrected to.
#[tokio::test]
async fn after_a_correction_both_are_looked_for() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("1", "Karin", "K-5602@example.com"), ("2", "Karin", "karin@example.com")]).await;
    let mut connector = crm.connector();
    connector["sql"]["tables"][0]["subjectColumn"] = json!("email");
    connector["sql"]["tables"][0]["subjectKey"] = json!("EMAIL");
    app.connect(CRM, connector).await;
    let (customer, subscription) = app.hosted("K-5602").await;
    let rectify =
        "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) { userErrors { code } } }";
    let input =
        json!({ "customerId": customer, "channel": "EMAIL", "profile": { "email": "karin@example.com" } });
    assert_eq!(app.agent().ask(rectify, json!({ "input": input })).await.user_errors(), []);
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    app.work().await;
    assert_eq!((crm.person("1").await, crm.person("2").await), (None, None));
    assert_eq!(app.task_at(&customer, CRM).await["state"], "SUCCEEDED");
    app.finish().await;
}

/// What an attempt found by another way there, or before a person had a look, is no evidence of anything now.
#[tokio::test]
async fn what_was_found_elsewhere_is_not_what_was_changed_here() {
    let app = TestApp::new().await;
    let person = [("K-5603-1", "Karin", "k@example.com")];
    let (crm, other) = (Crm::with(&person).await, Crm::with(&[]).await);
    crm.run("CREATE TRIGGER kept BEFORE DELETE ON people BEGIN SELECT raise(abort, 'kept'); END").await;
    app.connect(CRM, crm.connector()).await;
    let customer = app.gone("K-5603").await;
    app.work().await;
    assert_eq!(app.task_at(&customer, CRM).await["state"], "NEEDS_HUMAN");
    // The wrong database, by mistake.
    app.connect(CRM, other.connector()).await;
    assert_eq!(app.retry(&app.task_at(&customer, CRM).await).await.user_errors(), []);
    app.work().await;
    let task = app.task_at(&customer, CRM).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("NEEDS_HUMAN"), &json!(null)));
    assert_eq!(app.at(&customer, CRM).await[0].1, "DISPOSAL_PENDING");
    assert!(crm.person("K-5603-1").await.is_some());
    app.finish().await;
}

/// One whose envelope does not open keeps nobody else waiting.
#[tokio::test]
async fn what_cannot_be_opened_is_up_to_a_person() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(500, json!({})));
    app.connect(HOST, http(&host)).await;
    let (whole, subscription) = app.hosted("K-5605").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let broken = app.gone("K-5604").await;
    app.try_to_work().await;
    let theirs = "UPDATE envelope SET sealed = wrapped WHERE customer_id = (SELECT id FROM customer WHERE reference = 'K-5604')";
    app.database.run(theirs).await;
    app.advance(TimeDelta::days(1));
    host.usually(Manner::Does);
    app.work().await;
    assert_eq!(app.task_at(&broken, HOST).await["state"], "NEEDS_HUMAN");
    assert_eq!(app.task_at(&whole, HOST).await["state"], "SUCCEEDED");
    app.finish().await;
}

/// A third party that never had somebody's address is not told it.
#[tokio::test]
async fn nobody_is_told_what_they_never_had() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    let mut connector = http(&host);
    connector["http"]["subjectKey"] = json!("PHONE");
    app.connect(HOST, connector).await;
    let customer = app.gone("K-5606").await;
    app.work().await;
    assert!(host.asked().is_empty(), "{:?}", host.asked());
    assert_eq!(app.task_at(&customer, HOST).await["state"], "NEEDS_HUMAN");
    app.finish().await;
}

/// A worker that dies each time is no reason to go on for ever.
#[tokio::test]
async fn who_is_broken_off_each_time_is_looked_at_by_a_person() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    let mut connector = http(&host);
    connector["http"]["maxAttempts"] = json!(2);
    app.connect(HOST, connector).await;
    let customer = app.gone("K-5607").await;
    let in_hand = "UPDATE task SET state = 'RUNNING', attempts = 2 WHERE system_id IN (SELECT id FROM system WHERE name = '";
    app.database.run(&format!("{in_hand}{HOST}')")).await;
    app.work().await;
    assert_eq!(app.task_at(&customer, HOST).await["state"], "NEEDS_HUMAN");
    app.finish().await;
}

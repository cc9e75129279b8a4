//! What is wrong about a customer is put right here, and at every place that holds it (Art. 16, 19).

use crate::support::{
    TestApp,
    ask::codes,
    connect::{Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

const RECTIFY: &str = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
    customer { profile { name email } } tasks { id action cause state system { name } categories { key } }
    userErrors { code message field } } }";

const ASKED: &str =
    "query ($id: ID!) { dataRequest(id: $id) { status profile { name email } reply(locale: EN)
    categories { key } } }";

/// A customer with hosting, whose name the company's own database has, and their name and address a third party.
async fn known(app: &TestApp, reference: &str) -> (String, Crm, FakeThirdParty) {
    let number = format!("{reference}-1");
    let crm = Crm::with(&[(&number, "Test Testsson", "t@example.com"), ("K-1", "Test Testsson", "")]).await;
    assert_eq!(codes(&app.connect(CRM, crm.connector()).await), []);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    assert_eq!(codes(&app.connect(HOST, http(&host)).await), []);
    let (customer, _) = app.hosted(reference).await;
    (customer, crm, host)
}

async fn rectify(app: &TestApp, customer: &str, profile: Value) -> Value {
    let input = json!({ "customerId": customer, "profile": profile, "channel": "PHONE" });
    let answer = app.agent().ask(RECTIFY, json!({ "input": input })).await;
    assert_eq!(codes(&answer), []);
    answer.data()["rectifyCustomer"].clone()
}

fn places(tasks: &Value) -> Vec<&str> {
    let mut places = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["system"]["name"].as_str().unwrap())
        .collect::<Vec<_>>();
    places.sort_unstable();
    places
}

async fn sealed(app: &TestApp) -> usize {
    app.database.rows("SELECT id FROM sealed").await.len()
}

#[tokio::test]
async fn a_correction_reaches_every_place_that_holds_what_changed() {
    let app = TestApp::new().await;
    let (customer, crm, host) = known(&app, "K-4501").await;
    let done = rectify(&app, &customer, json!({ "name": "Testa Testsson" })).await;
    // The invoicing system has no name.
    assert_eq!(places(&done["tasks"]), [HOST, CRM, "Ärendesystem"]);
    assert!(done["tasks"].as_array().unwrap().iter().all(|task| task["action"] == "RECTIFY"
        && task["cause"] == "RECTIFICATION"
        && task["categories"] == json!([{ "key": "user.name" }])));
    app.work().await;
    assert_eq!(crm.person("K-4501-1").await.unwrap().0.as_deref(), Some("Testa Testsson"));
    assert_eq!(crm.person("K-1").await.unwrap().0.as_deref(), Some("Test Testsson"), "somebody else's");
    let task = app.task_at(&customer, CRM).await;
    assert_eq!((&task["outcome"], &task["evidence"]["rowsChanged"]), (&json!("DONE"), &json!(1)));
    let body = &host.asked()[0].body;
    assert_eq!(body["subject_request_type"], "rectification");
    let corrections = &body["extensions"]["kartotek"]["corrections"];
    assert_eq!(*corrections, json!([{ "category": "user.name", "value": "Testa Testsson" }]));
    // Whoever has no connector gets a person's letter; nothing of it stays sealed once it is done.
    let task = app.task_at(&customer, "Ärendesystem").await;
    assert_eq!((&task["state"], sealed(&app).await), (&json!("NEEDS_HUMAN"), 1));
    assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    assert_eq!(sealed(&app).await, 0);
    let states = app.at(&customer, CRM).await;
    assert_eq!(states, [("user.name".to_owned(), "HELD".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn one_that_is_corrected_again_is_asked_for_once() {
    let app = TestApp::new().await;
    let (customer, crm, host) = known(&app, "K-4502").await;
    host.usually(Manner::Busy(60));
    rectify(&app, &customer, json!({ "name": "Testa Testsson" })).await;
    let done = rectify(&app, &customer, json!({ "name": "Testa Testdotter" })).await;
    assert_eq!(places(&done["tasks"]), [HOST, CRM, "Ärendesystem"]);
    let open = app.tasks(&customer).await.into_iter().filter(|task| task["outcome"].is_null()).count();
    assert_eq!((open, sealed(&app).await), (3, 3));
    app.try_to_work().await;
    // It had the first name still, and has the last.
    assert_eq!(crm.person("K-4502-1").await.unwrap().0.as_deref(), Some("Testa Testdotter"));
    assert_eq!(host.asked().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_stands_there_and_is_not_what_was_corrected_is_left_to_a_person() {
    let app = TestApp::new().await;
    let (customer, crm, _host) = known(&app, "K-4503").await;
    crm.run("UPDATE people SET name = 'Somebody Else' WHERE number = 'K-4503-1'").await;
    rectify(&app, &customer, json!({ "name": "Testa Testsson" })).await;
    app.work().await;
    assert_eq!(crm.person("K-4503-1").await.unwrap().0.as_deref(), Some("Somebody Else"));
    let task = app.task_at(&customer, CRM).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("NEEDS_HUMAN"), &json!(null)));
    app.finish().await;
}

#[tokio::test]
async fn what_goes_meanwhile_is_not_corrected() {
    let app = TestApp::new().await;
    let (customer, _crm, host) = known(&app, "K-4504").await;
    rectify(&app, &customer, json!({ "name": "Testa Testsson" })).await;
    let of_customer = "SELECT id FROM customer WHERE reference = 'K-4504'";
    let gone = format!(
        "UPDATE data_location SET state = 'ERASED', held_to = held_from, external_reference = NULL WHERE customer_id = ({of_customer})"
    );
    app.database.run(&gone).await;
    app.try_to_work().await;
    assert!(host.asked().is_empty());
    let task = app.task_at(&customer, HOST).await;
    assert_eq!((&task["outcome"], &task["state"]), (&json!("SUPERSEDED"), &json!("CANCELLED")));
    app.finish().await;
}

#[tokio::test]
async fn a_customer_says_what_is_right_and_it_is_done_when_they_are_known() {
    let app = TestApp::new().await;
    let (customer, crm, _host) = known(&app, "K-4505").await;
    let wanted = json!({ "type": "RECTIFICATION", "profile": { "name": "Testa Testsson", "email": "new@example.com" } });
    let request = app.submit(&customer, wanted.clone()).await;
    let agent = || app.agent().for_purpose("RIGHTS_REQUEST");
    let asked = agent().ask(ASKED, json!({ "id": request })).await.data()["dataRequest"].clone();
    assert_eq!(asked["profile"], json!({ "name": "Testa Testsson", "email": "new@example.com" }));
    assert_eq!(asked["categories"], json!([{ "key": "user.contact.email" }, { "key": "user.name" }]));
    // Who it is about is all that an auditor sees of it.
    let audited = app.auditor().ask(ASKED, json!({ "id": request })).await;
    assert_eq!(audited.data()["dataRequest"]["profile"], json!({ "name": null, "email": null }));
    assert_eq!(codes(&app.try_to_submit(&customer, wanted).await)[0].0, "DUPLICATE_REQUEST");
    // Nothing is changed on a stranger's word.
    app.work().await;
    assert_eq!(crm.person("K-4505-1").await.unwrap().0.as_deref(), Some("Test Testsson"));

    let verified = app.verify(&request, json!({})).await;
    assert_eq!(codes(&verified), []);
    let tasks = &verified.data()["verifyIdentity"]["tasks"];
    assert!(tasks.as_array().unwrap().iter().all(|task| task["dataRequest"]["id"] == json!(request)));
    assert_eq!(places(tasks), [HOST, CRM, "Ärendesystem"]);
    app.work().await;
    assert_eq!(crm.person("K-4505-1").await.unwrap().0.as_deref(), Some("Testa Testsson"));
    let task = app.task_at(&customer, "Ärendesystem").await;
    assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    let asked = agent().ask(ASKED, json!({ "id": request })).await.data()["dataRequest"].clone();
    assert_eq!(asked["status"], "COMPLETED");
    let reply = asked["reply"].as_str().unwrap();
    assert!(
        reply.contains("- Kartotek (our own system): corrected on 2026-03-02: E-mail address, Name."),
        "{reply}"
    );
    assert!(reply.contains("- Kundregister (our own system): corrected on 2026-03-02: Name."), "{reply}");
    assert!(!reply.contains("Testa"), "{reply}");
    app.finish().await;
}

/// Both are asked for at once, and what they are given is what is right by then.
#[tokio::test]
async fn a_copy_waits_for_a_correction() {
    let app = TestApp::new().await;
    let (customer, crm, _) = known(&app, "K-4508").await;
    let access = app.submit(&customer, json!({ "type": "ACCESS", "categories": ["user.name"] })).await;
    rectify(&app, &customer, json!({ "name": "Testa Testsson" })).await;
    assert_eq!(codes(&app.verify(&access, json!({})).await), []);
    app.work().await;
    app.work().await;
    assert_eq!(crm.person("K-4508-1").await.unwrap().0.as_deref(), Some("Testa Testsson"));
    let export = "query ($id: ID!) { dataRequest(id: $id) { export } }";
    let found = app.agent().for_purpose("RIGHTS_REQUEST").ask(export, json!({ "id": access })).await;
    let systems = found.data()["dataRequest"]["export"]["systems"].as_array().unwrap().clone();
    let copy = systems.iter().find(|system| system["system"] == CRM).unwrap();
    assert_eq!(copy["data"][0]["rows"], json!([{ "name": "Testa Testsson" }]), "{copy}");
    app.finish().await;
}

/// What only the law or a claim keeps stays as it was when it had to be kept, and the customer is told where that is.
#[tokio::test]
async fn the_reply_names_what_is_kept_as_it_was() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4507").await;
    assert_eq!(codes(&app.end(&subscription, json!({})).await), []);
    app.hold(&customer, Some(&["user.name"])).await;
    assert_eq!(app.at(&customer, CRM).await, [("user.name".to_owned(), "RESTRICTED".to_owned())]);
    let wanted = json!({ "type": "RECTIFICATION", "profile": { "name": "Testa Testsson" } });
    let request = app.submit(&customer, wanted).await;
    assert_eq!(codes(&app.verify(&request, json!({})).await), []);
    let shown = app.agent().ask(ASKED, json!({ "id": request })).await;
    let told = shown.data()["dataRequest"]["reply"].as_str().unwrap().to_owned();
    let (done, kept) = told.split_once("\n\nWhat is kept\n").unwrap();
    assert!(done.contains("Kartotek") && kept.contains("- Kundregister (our own system): Name. "), "{told}");
    app.finish().await;
}

/// Whoever was asked to erase something and keeps it is told what is right (Art. 19).
#[tokio::test]
async fn who_keeps_something_for_themselves_is_told_what_is_right() {
    let app = TestApp::new().await;
    let customer = app.gone("K-4509").await;
    let task = app.task_at(&customer, HOST).await;
    let kept = json!({ "outcome": "KEPT", "evidence": "They need it for a claim against them." });
    assert_eq!(codes(&app.complete(&task, kept).await), []);
    let done = rectify(&app, &customer, json!({ "email": "new@example.com" })).await;
    assert_eq!(places(&done["tasks"]), [HOST]);
    app.finish().await;
}

#[tokio::test]
async fn a_correction_says_what_is_right_and_nothing_else_has_one() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4506").await;
    let refused = async |input: Value| codes(&app.try_to_submit(&customer, input).await);
    let one = |code: &str, field: &str| vec![(code.to_owned(), field.to_owned())];
    assert_eq!(refused(json!({ "type": "RECTIFICATION" })).await, one("REQUIRED", "profile"));
    assert_eq!(refused(json!({ "type": "RECTIFICATION", "profile": {} })).await, one("REQUIRED", "profile"));
    let cleared = json!({ "type": "RECTIFICATION", "profile": { "email": null, "name": "A" } });
    assert_eq!(refused(cleared).await, one("OUT_OF_RANGE", "profile.email"));
    let wrong = json!({ "type": "RECTIFICATION", "profile": { "nationalId": "19800101-1111" } });
    assert_eq!(refused(wrong).await, one("INVALID_NATIONAL_ID", "profile.nationalId"));
    assert_eq!(refused(json!({ "profile": { "name": "A" } })).await, one("OUT_OF_RANGE", "profile"));
    assert_eq!(sealed(&app).await, 0);
    app.finish().await;
}

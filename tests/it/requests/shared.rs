//! What several requests ask for is done once, and each of them waits for it and tells of it.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    dispose::TASKS,
};
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

const SHOWN: &str = "query ($id: ID!) { dataRequest(id: $id) { status reply(locale: EN)
    tasks { nodes { action outcome system { name } } } } }";

const RECTIFY: &str = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
    tasks { id } userErrors { code message field } } }";

const LIFT: &str = "mutation ($input: LiftRestrictionInput!) { liftRestriction(input: $input) {
    userErrors { code message field } } }";

async fn shown(app: &TestApp, request: &str) -> Value {
    app.agent().ask(SHOWN, json!({ "id": request })).await.data()["dataRequest"].clone()
}

async fn status(app: &TestApp, request: &str) -> String {
    shown(app, request).await["status"].as_str().unwrap().to_owned()
}

async fn verified(app: &TestApp, customer: &str, wanted: Value) -> String {
    let request = app.submit(customer, wanted).await;
    assert_eq!(codes(&app.verify(&request, json!({})).await), []);
    request
}

/// Where something of this kind is still to be done for a request, by the request and by the list of tasks.
async fn open(app: &TestApp, request: &str, action: &str) -> Vec<String> {
    let is_open = |task: &&Value| task["outcome"].is_null() && task["action"] == action;
    let places = |nodes: &Value| {
        let nodes = nodes.as_array().unwrap().iter().filter(is_open);
        let mut places =
            nodes.map(|task| task["system"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        places.sort();
        places
    };
    let theirs = places(&shown(app, request).await["tasks"]["nodes"]);
    let listed = app.agent().ask(TASKS, json!({ "filter": { "dataRequestId": request } })).await;
    assert_eq!(places(&listed.data()["tasks"]["nodes"]), theirs);
    theirs
}

async fn complete(app: &TestApp, customer: &str, system: &str, action: &str) {
    let tasks = app.tasks_at(customer, system).await;
    let task = tasks.iter().find(|task| task["outcome"].is_null() && task["action"] == action);
    assert_eq!(codes(&app.complete(task.unwrap(), json!({})).await), []);
}

#[tokio::test]
async fn one_erasure_is_what_two_requests_wait_for() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4701").await;
    app.end(&subscription, json!({})).await.data();
    let name = verified(&app, &customer, json!({ "categories": ["user.name"] })).await;
    let erased = app.erase(&customer, json!({})).await;
    assert_eq!(codes(&erased), []);
    let all = erased.data()["eraseCustomer"]["dataRequest"]["id"].as_str().unwrap().to_owned();
    // What is erased by now besides is their address at the third party, by a task of its own.
    assert_eq!(open(&app, &name, "ERASE").await, [HOST, CRM]);
    assert_eq!(open(&app, &all, "ERASE").await, [HOST, HOST, CRM]);
    for request in [&name, &all] {
        assert_eq!(open(&app, request, "ANONYMIZE").await, ["Ärendesystem"]);
    }
    assert_eq!(app.tasks(&customer).await.iter().filter(|task| task["outcome"].is_null()).count(), 4);
    complete(&app, &customer, HOST, "ERASE").await;
    complete(&app, &customer, HOST, "ERASE").await;
    complete(&app, &customer, CRM, "ERASE").await;
    assert_eq!(
        (status(&app, &name).await, status(&app, &all).await),
        ("IN_PROGRESS".into(), "IN_PROGRESS".into())
    );
    complete(&app, &customer, "Ärendesystem", "ANONYMIZE").await;
    for request in [&name, &all] {
        let shown = shown(&app, request).await;
        assert_eq!(shown["status"], "COMPLETED");
        let reply = shown["reply"].as_str().unwrap();
        assert!(reply.contains("- Kundregister (our own system): erased on 2026-03-02: Name."), "{reply}");
    }
    app.finish().await;
}

/// Of two who ask for the same, one takes it back: the other still asks for it.
#[tokio::test]
async fn what_another_request_asks_for_is_not_called_off() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4702").await;
    app.end(&subscription, json!({})).await.data();
    let name = verified(&app, &customer, json!({ "categories": ["user.name"] })).await;
    let contact = verified(&app, &customer, json!({ "categories": ["user.contact"] })).await;
    // One task is about both there.
    assert_eq!(open(&app, &contact, "ERASE").await, [HOST, "Kartotek"]);
    assert_eq!(codes(&app.take_back(&name).await), []);
    assert_eq!(open(&app, &contact, "ERASE").await, [HOST, "Kartotek"]);
    assert_eq!(status(&app, &contact).await, "IN_PROGRESS");
    assert_eq!(codes(&app.take_back(&contact).await), []);
    let pending = app.tasks(&customer).await.into_iter().filter(|task| task["outcome"].is_null());
    // The service ended all the same.
    assert!(pending.collect::<Vec<_>>().iter().all(|task| task["cause"] == "PERIOD_ENDED"));
    app.finish().await;
}

#[tokio::test]
async fn what_is_left_after_a_part_is_needed_again_is_still_what_the_request_waits_for() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4703").await;
    app.end(&subscription, json!({})).await.data();
    let name = verified(&app, &customer, json!({ "categories": ["user.name"] })).await;
    let contact = verified(&app, &customer, json!({ "categories": ["user.contact"] })).await;
    app.hold(&customer, Some(&["user.contact"])).await;
    assert_eq!(
        app.at(&customer, HOST).await,
        [
            ("user.contact.email".to_owned(), "RESTRICTED".to_owned()),
            ("user.name".to_owned(), "DISPOSAL_PENDING".to_owned()),
        ]
    );
    assert_eq!(open(&app, &name, "ERASE").await, [HOST, "Kartotek", CRM]);
    // What is left is nothing that it asked for, and what it asked for is kept.
    assert_eq!(open(&app, &contact, "ERASE").await, Vec::<String>::new());
    assert_eq!(status(&app, &contact).await, "COMPLETED");
    let reply = shown(&app, &contact).await["reply"].as_str().unwrap().to_owned();
    assert!(reply.contains("What is kept\n") && !reply.contains("erased"), "{reply}");
    app.finish().await;
}

/// A hold is lifted while the erasure is under way: what it kept goes with it.
#[tokio::test]
async fn what_is_let_go_meanwhile_is_a_part_of_the_erasure() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4708").await;
    app.end(&subscription, json!({})).await.data();
    let hold = app.hold(&customer, Some(&["user.name"])).await;
    let erasure = verified(&app, &customer, json!({})).await;
    assert_eq!(open(&app, &erasure, "ERASE").await, [HOST, "Kartotek"]);
    assert_eq!(codes(&app.lift(&hold, json!({})).await), []);
    assert_eq!(open(&app, &erasure, "ERASE").await, [HOST, HOST, "Kartotek", "Kartotek", CRM]);
    app.finish().await;
}

/// Nothing was to be done, as a service needed everything; it ends before they were told so.
#[tokio::test]
async fn what_is_let_go_before_the_answer_is_a_part_of_it() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4710").await;
    let erasure = verified(&app, &customer, json!({})).await;
    assert_eq!(status(&app, &erasure).await, "COMPLETED");
    app.end(&subscription, json!({})).await.data();
    assert_eq!(open(&app, &erasure, "ERASE").await, [HOST, "Kartotek", CRM]);
    assert_eq!(status(&app, &erasure).await, "IN_PROGRESS");
    let reply = shown(&app, &erasure).await["reply"].as_str().unwrap().to_owned();
    assert!(reply.contains("What is under way\n- Kartotek"), "{reply}");
    app.finish().await;
}

/// What ended before and waits for its grace is nothing that an objection is about.
#[tokio::test]
async fn an_objection_is_about_what_loses_its_reason_by_it() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4711").await;
    app.end(&subscription, json!({})).await.data();
    let objection = verified(&app, &customer, json!({ "type": "OBJECTION" })).await;
    assert_eq!(status(&app, &objection).await, "COMPLETED");
    let wanted = json!({ "type": "RESTRICTION", "restrictionGround": "OBJECTION_PENDING" });
    let restriction = verified(&app, &customer, wanted).await;
    assert!(app.at(&customer, CRM).await.iter().all(|(_, state)| state == "RESTRICTED"));
    let told = shown(&app, &restriction).await["reply"].as_str().unwrap().to_owned();
    assert!(told.contains("since 2026-03-02 we keep your data and use it for nothing else"), "{told}");
    let lift = json!({ "customerId": customer, "reason": "settled", "customerToldAt": app.now() });
    assert_eq!(codes(&app.compliance().ask(LIFT, json!({ "input": lift })).await), []);
    let told = shown(&app, &restriction).await["reply"].as_str().unwrap().to_owned();
    assert!(told.contains("from 2026-03-02 until 2026-03-02 we kept your data"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn corrections_that_are_made_together_are_both_waited_for() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4704").await;
    let right = |field: &str, value: &str| json!({ "type": "RECTIFICATION", "profile": { field: value } });
    let name = verified(&app, &customer, right("name", "Testa Testsson")).await;
    let email = verified(&app, &customer, right("email", "new@example.com")).await;
    // The third party holds both and is told once; the others only the name.
    assert_eq!(open(&app, &email, "RECTIFY").await, [HOST]);
    assert_eq!(open(&app, &name, "RECTIFY").await, [HOST, CRM, "Ärendesystem"]);
    complete(&app, &customer, CRM, "RECTIFY").await;
    complete(&app, &customer, "Ärendesystem", "RECTIFY").await;
    assert_eq!(status(&app, &name).await, "IN_PROGRESS");
    // One is taken back, and the other still has to be told there.
    assert_eq!(codes(&app.take_back(&email).await), []);
    assert_eq!(open(&app, &name, "RECTIFY").await, [HOST]);
    complete(&app, &customer, HOST, "RECTIFY").await;
    assert_eq!(status(&app, &name).await, "COMPLETED");

    // Nor is what an agent corrected forgotten with a request that it was made together with.
    let input =
        json!({ "customerId": customer, "profile": { "name": "Testa Testdotter" }, "channel": "PHONE" });
    assert_eq!(codes(&app.agent().ask(RECTIFY, json!({ "input": input })).await), []);
    let email = verified(&app, &customer, right("email", "newest@example.com")).await;
    assert_eq!(codes(&app.take_back(&email).await), []);
    let at_host = app.tasks_at(&customer, HOST).await;
    let open = at_host.iter().filter(|task| task["outcome"].is_null()).collect::<Vec<_>>();
    assert_eq!((open.len(), &open[0]["cause"]), (1, &json!("RECTIFICATION")));
    app.finish().await;
}

/// One place holds contact details as a whole, and another their parts.
#[tokio::test]
async fn a_correction_waits_for_what_is_on_its_way_already() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4709").await;
    let line = json!({ "customerId": customer, "category": "user.contact", "sourceChannel": "IMPORT",
        "systemId": app.system_id("Projektdatabas").await });
    assert_eq!(codes(&app.record(line).await), []);
    let right = |profile: Value| json!({ "type": "RECTIFICATION", "profile": profile });
    let email = verified(&app, &customer, right(json!({ "email": "new@example.com" }))).await;
    let phone = json!({ "customerId": customer, "profile": { "phone": "+46701234567" }, "channel": "PHONE" });
    let phone = app.agent().ask(RECTIFY, json!({ "input": phone })).await;
    assert_eq!(codes(&phone), []);
    // Made together with another one there.
    assert_eq!(open(&app, &email, "RECTIFY").await, [HOST, "Projektdatabas"]);
    // What an agent has corrected is not at the others yet.
    let name = json!({ "customerId": customer, "profile": { "name": "Testa Testsson" }, "channel": "PHONE" });
    assert_eq!(codes(&app.agent().ask(RECTIFY, json!({ "input": name })).await), []);
    let name = verified(&app, &customer, right(json!({ "name": "Testa Testsson" }))).await;
    assert_eq!(open(&app, &name, "RECTIFY").await, [HOST, CRM, "Ärendesystem"]);
    app.finish().await;
}

/// They wanted to see it first: it goes when it has been gathered, and the erasure is not done before.
#[tokio::test]
async fn an_erasure_waits_for_the_copy_that_was_asked_for() {
    for access_first in [true, false] {
        let app = TestApp::new().await;
        let (customer, subscription) = app.hosted("K-4705").await;
        app.end(&subscription, json!({})).await.data();
        let (access, erasure) = if access_first {
            let access = verified(&app, &customer, json!({ "type": "ACCESS" })).await;
            (access, verified(&app, &customer, json!({})).await)
        } else {
            let erasure = verified(&app, &customer, json!({})).await;
            (verified(&app, &customer, json!({ "type": "ACCESS" })).await, erasure)
        };
        assert_eq!(open(&app, &erasure, "ERASE").await, [HOST, "Kartotek", CRM]);
        assert_eq!(status(&app, &erasure).await, "VERIFIED");
        app.work().await;
        // The profile was gathered, and goes next; nobody is asked to erase what somebody has yet to copy.
        app.work().await;
        assert_eq!(open(&app, &erasure, "ERASE").await, [HOST, CRM]);
        let at_register = app.tasks_at(&customer, CRM).await;
        let state =
            |action: &str| at_register.iter().find(|task| task["action"] == action).unwrap()["state"].clone();
        assert_eq!((state("EXPORT"), state("ERASE")), (json!("NEEDS_HUMAN"), json!("PENDING")));
        assert_eq!(app.at(&customer, CRM).await, [("user.name".to_owned(), "DISPOSAL_PENDING".to_owned())]);
        assert_eq!(app.sweep().await, 0);

        complete(&app, &customer, CRM, "EXPORT").await;
        app.work().await;
        assert_eq!(
            app.tasks_at(&customer, CRM).await.iter().filter(|task| task["state"] == "NEEDS_HUMAN").count(),
            1
        );
        complete(&app, &customer, CRM, "ERASE").await;
        assert_eq!(status(&app, &erasure).await, "IN_PROGRESS");
        // What they no longer want to see goes without.
        assert_eq!(codes(&app.take_back(&access).await), []);
        app.work().await;
        complete(&app, &customer, HOST, "ERASE").await;
        complete(&app, &customer, "Ärendesystem", "ANONYMIZE").await;
        assert_eq!(status(&app, &erasure).await, "COMPLETED");
        app.finish().await;
    }
}

async fn keys(app: &TestApp) -> usize {
    app.database.rows("SELECT customer_id FROM subject_key").await.len()
}

/// The profile of somebody who is erased is gone at once, unless they asked to see it: then with that.
#[tokio::test]
async fn who_is_erased_sees_their_profile_first() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4706").await;
    let access = verified(&app, &customer, json!({ "type": "ACCESS", "categories": ["user.name"] })).await;
    let erased = app.erase(&customer, json!({})).await;
    assert_eq!(codes(&erased), []);
    let erasure = erased.data()["eraseCustomer"]["dataRequest"]["id"].as_str().unwrap().to_owned();
    let before = keys(&app).await;
    assert!(open(&app, &erasure, "ERASE").await.contains(&"Kartotek".to_owned()));
    app.work().await;
    app.work().await;
    assert_eq!(keys(&app).await, before - 1);
    assert!(!open(&app, &erasure, "ERASE").await.contains(&"Kartotek".to_owned()));
    assert_eq!(app.standing(&customer).await["status"], "ERASED");
    let export = "query ($id: ID!) { dataRequest(id: $id) { export } }";
    let agent = app.agent().for_purpose("RIGHTS_REQUEST");
    let export = agent.ask(export, json!({ "id": access })).await.data()["dataRequest"]["export"].to_string();
    assert!(export.contains("Test Testsson"), "{export}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_being_erased_is_not_kept_as_well() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4707").await;
    app.end(&subscription, json!({})).await.data();
    let erasure = verified(&app, &customer, json!({})).await;
    let wanted = json!({ "type": "RESTRICTION", "restrictionGround": "UNLAWFUL_PROCESSING" });
    let restriction = app.submit(&customer, wanted).await;
    assert_eq!(
        codes(&app.verify(&restriction, json!({})).await),
        refused("REQUEST_UNDER_WAY", "dataRequestId")
    );
    assert_eq!(status(&app, &restriction).await, "RECEIVED");
    // They want it kept instead (Art. 18(1)(b)).
    assert_eq!(codes(&app.take_back(&erasure).await), []);
    assert_eq!(codes(&app.verify(&restriction, json!({})).await), []);
    assert!(app.at(&customer, CRM).await.iter().all(|(_, state)| state == "RESTRICTED"));
    // It ends when they have been told that, and not with a refusal (Art. 18(3)).
    let rejected = app.reject(&restriction, "RIGHT_DOES_NOT_APPLY").await;
    assert_eq!(codes(&rejected), refused("CUSTOMER_RESTRICTED", "dataRequestId"));
    assert_eq!(status(&app, &restriction).await, "VERIFIED");
    app.finish().await;
}

//! What a customer wants erased goes now; what the law keeps is kept for that alone; what a service needs stays.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    dispose::{items, written},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const PENDING: &str = "DISPOSAL_PENDING";

/// Each open task: where, what, why, and whether its time has come.
async fn open(app: &TestApp, customer: &str) -> Vec<(String, String, String, bool)> {
    let tasks = app.tasks(customer).await.into_iter().filter(|task| task["outcome"].is_null());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let now = app.now();
    let one = |task: Value| {
        // What is left to people is theirs now.
        let at =
            task["nextAttemptAt"].as_str().map(|at| at.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        let is_now = at.map_or(task["state"] == "NEEDS_HUMAN", |at| at <= now);
        (text(&task["system"]["name"]), text(&task["action"]), text(&task["cause"]), is_now)
    };
    let mut all = tasks.map(one).collect::<Vec<_>>();
    all.sort();
    all
}

async fn status(app: &TestApp, request: &str) -> String {
    app.request(request).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_no_law_and_no_service_needs_goes_now() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4201").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert!(
        open(&app, &customer).await.iter().all(|(_, _, cause, now)| cause == "SUBSCRIPTION_ENDED" && !now)
    );
    let request = app.submit(&customer, json!({})).await;
    app.pause(&request).await.data();
    assert_eq!(codes(&app.deliver(&request).await), refused("REPLY_NOT_READY", "dataRequestId"));

    let planned = app.verify(&request, json!({ "dryRun": true })).await;
    assert_eq!(planned.user_errors(), []);
    let planned = &planned.data()["verifyIdentity"];
    let expected = written(&[
        ("Faktureringssystem", "user.payment", "RESTRICT"),
        (HOST, "user.contact.email", "ERASE"),
        (HOST, "user.name", "ERASE"),
        ("Kartotek", "user.contact.email", "ERASE"),
        ("Kartotek", "user.name", "ERASE"),
        ("Kundregister", "user.name", "ERASE"),
        ("Ärendesystem", "user.name", "ANONYMIZE"),
    ]);
    assert_eq!(items(planned), expected);
    let kept = planned["plan"]["items"]["nodes"].as_array().unwrap();
    let kept = kept.iter().find(|item| item["decision"] == "RESTRICT").unwrap();
    assert_eq!(kept["keptUntil"], "2033-12-31T23:00:00.000000Z");
    assert_eq!((&planned["tasks"], &planned["dataRequest"]["status"]), (&json!([]), &json!("RECEIVED")));
    assert_eq!(app.request(&request).await["clock"]["pauses"][0]["resumedAt"], json!(null));

    let hash = planned["plan"]["planHash"].clone();
    let done = app.verify(&request, json!({ "planHash": hash })).await;
    assert_eq!(done.user_errors(), []);
    let done = &done.data()["verifyIdentity"];
    assert_eq!(items(done), expected);
    let shown = &done["dataRequest"];
    assert_eq!((&shown["status"], &shown["tasks"]["totalCount"]), (&json!("IN_PROGRESS"), &json!(4)));
    assert_eq!(
        shown["identityCheck"],
        json!({ "method": "BankID", "reference": "T-77", "verifiedBy": "Test agent" })
    );
    assert!(shown["clock"]["pauses"][0]["resumedAt"].is_string());
    assert!(done["tasks"].as_array().unwrap().iter().all(|task| task["dataRequest"]["id"] == json!(request)));
    let now =
        |system: &str, action: &str| (system.to_owned(), action.to_owned(), "DATA_REQUEST".to_owned(), true);
    let expected = [
        now(HOST, "ERASE"),
        now("Kartotek", "ERASE"),
        now("Kundregister", "ERASE"),
        now("Ärendesystem", "ANONYMIZE"),
    ];
    assert_eq!(open(&app, &customer).await, expected);
    assert_eq!(codes(&app.verify(&request, json!({})).await), refused("ALREADY_VERIFIED", "dataRequestId"));

    // The sweep has nothing to put right, now or later.
    assert_eq!(app.sweep().await, 0);
    app.advance(TimeDelta::days(10));
    assert_eq!(app.sweep().await, 0);
    assert_eq!(open(&app, &customer).await, expected);

    app.work().await;
    assert_eq!(status(&app, &request).await, "IN_PROGRESS");
    for system in [HOST, "Kundregister", "Ärendesystem"] {
        let task = app.tasks_at(&customer, system).await.remove(0);
        assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    }
    let shown = app.request(&request).await;
    assert_eq!(shown["status"], "COMPLETED");
    assert!(shown["closedAt"].is_string());
    assert_eq!(codes(&app.take_back(&request).await), refused("REQUEST_CLOSED", "dataRequestId"));
    // Done is not told: the customer waits until they have an answer.
    assert!(shown["clock"]["daysLeft"].is_number());
    assert_eq!(codes(&app.deliver(&request).await), []);
    assert_eq!(app.request(&request).await["clock"]["daysLeft"], json!(null));
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_a_service_needs_or_a_hold_keeps_stays_and_says_why() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4202").await;
    let hold = app.hold(&customer, Some(&["user.payment"])).await;
    // Nothing ever needed this: an import brought it.
    let line = json!({ "customerId": customer, "category": "user.demographic.date_of_birth", "sourceChannel": "IMPORT",
        "systemId": app.system_id("Projektdatabas").await });
    assert_eq!(app.record(line).await.user_errors(), []);
    let request = app.submit(&customer, json!({})).await;
    let done = app.verify(&request, json!({})).await;
    let done = &done.data()["verifyIdentity"];
    let decided = items(done);
    let gone = decided.iter().filter(|(_, _, decision)| decision == "ERASE").collect::<Vec<_>>();
    assert_eq!(gone.len(), 1, "{decided:?}");
    assert_eq!(gone[0].0, "Projektdatabas");
    let nodes = done["plan"]["items"]["nodes"].as_array().unwrap();
    let kept = nodes.iter().filter(|item| item["decision"] == "KEEP");
    assert!(
        kept.clone().count() >= 6
            && kept.clone().all(|item| item["reasons"].as_array().is_some_and(|all| !all.is_empty()))
    );
    assert_eq!(app.sweep().await, 0);

    // When the service ends, the request still stands: nothing waits for a grace.
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert!(open(&app, &customer).await.iter().all(|(_, _, _, now)| *now));
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "RESTRICTED");
    // What begins after the request is another thing.
    let again = app.start(&customer, "web-hosting").await;
    assert_eq!(app.end(&again, json!({})).await.user_errors(), []);
    let later = open(&app, &customer).await;
    let at_host = later.iter().filter(|(system, _, _, _)| system == HOST).collect::<Vec<_>>();
    assert!(at_host.iter().all(|(_, _, _, now)| !now), "{later:?}");
    assert_eq!(app.sweep().await, 0);
    assert_eq!(app.lift(&hold, json!({})).await.user_errors(), []);
    app.finish().await;
}

#[tokio::test]
async fn a_prospect_who_wants_to_be_forgotten_is() {
    let app = TestApp::new().await;
    let customer = app.register("K-4203").await;
    let request = app.submit(&customer, json!({ "categories": ["user.contact"] })).await;
    let planned = app.verify(&request, json!({ "dryRun": true })).await;
    // Something comes between the plan and what is done.
    app.hold(&customer, Some(&["user.contact"])).await;
    let hash = planned.data()["verifyIdentity"]["plan"]["planHash"].clone();
    assert_eq!(
        codes(&app.verify(&request, json!({ "planHash": hash })).await),
        refused("PLAN_CHANGED", "planHash")
    );
    assert_eq!(status(&app, &request).await, "RECEIVED");
    let both = app.verify(&request, json!({ "planHash": hash, "dryRun": true })).await;
    assert_eq!(codes(&both), refused("CHOOSE_ONE", "planHash"));
    let holds = "query ($id: ID!) { customer(id: $id) { legalHolds { id } } }";
    let holds = app.compliance().ask(holds, json!({ "id": customer })).await;
    let hold = holds.data()["customer"]["legalHolds"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.lift(&hold, json!({})).await.user_errors(), []);

    assert_eq!(app.verify(&request, json!({ "planHash": hash })).await.user_errors(), []);
    let map = written(&[("Kartotek", "user.contact.email", PENDING), ("Kartotek", "user.name", "HELD")]);
    assert_eq!(app.map(&customer).await, map);
    assert_eq!(app.sweep().await, 0);
    app.work().await;
    assert_eq!(status(&app, &request).await, "COMPLETED");
    assert_eq!(app.at(&customer, "Kartotek").await[0].1, "ERASED");
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_taken_back_is_called_off_as_far_as_nobody_has_begun() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4204").await;
    let line = json!({ "customerId": customer, "category": "user.demographic.date_of_birth", "sourceChannel": "IMPORT",
        "systemId": app.system_id("Projektdatabas").await });
    assert_eq!(app.record(line).await.user_errors(), []);
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let before = (app.map(&customer).await, open(&app, &customer).await.len());
    let request = app.submit(&customer, json!({})).await;
    app.verify(&request, json!({})).await.data();
    let task = app.tasks_at(&customer, "Kundregister").await.remove(0);
    assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    assert_eq!(status(&app, &request).await, "IN_PROGRESS");
    assert_eq!(codes(&app.take_back(&request).await), []);
    assert_eq!(status(&app, &request).await, "WITHDRAWN");
    assert_eq!(codes(&app.deliver(&request).await), refused("REPLY_NOT_READY", "dataRequestId"));
    let after = app.map(&customer).await;
    let differ = before.0.iter().zip(&after).filter(|(before, after)| before != after);
    assert_eq!(
        differ.map(|(_, after)| after.clone()).collect::<Vec<_>>(),
        written(&[("Kundregister", "user.name", "ERASED")])
    );
    let left = open(&app, &customer).await;
    assert_eq!(left.len(), before.1 - 1);
    assert!(left.iter().all(|(_, _, _, now)| !now), "{left:?}");
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn who_keeps_something_is_asked_anew_and_the_request_says_so() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4205").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(120));
    app.sweep().await;
    let task = app.tasks_at(&customer, HOST).await.remove(0);
    assert_eq!(codes(&app.complete(&task, json!({ "outcome": "KEPT" })).await), []);
    let request = app.submit(&customer, json!({})).await;
    let done = app.verify(&request, json!({})).await;
    // The others were to go anyway, and now go for the request.
    let tasks = done.data()["verifyIdentity"]["tasks"].as_array().unwrap().clone();
    assert!(tasks.iter().any(|task| task["system"]["name"] == HOST && task["cause"] == "DATA_REQUEST"));
    assert!(
        tasks
            .iter()
            .any(|task| task["system"]["name"] == "Kundregister" && task["cause"] == "SUBSCRIPTION_ENDED")
    );
    app.work().await;
    for task in app.tasks(&customer).await.into_iter().filter(|task| task["outcome"].is_null()) {
        let outcome = if task["system"]["name"] == HOST { "KEPT" } else { "DONE" };
        assert_eq!(codes(&app.complete(&task, json!({ "outcome": outcome })).await), []);
    }
    assert_eq!(status(&app, &request).await, "PARTIALLY_COMPLETED");
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_verify_at_once_one_does() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4206").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let request = app.submit(&customer, json!({})).await;
    let answers = futures::future::join_all((0..4).map(|_| app.verify(&request, json!({})))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.user_errors().is_empty());
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|answer| codes(answer) == refused("ALREADY_VERIFIED", "dataRequestId")));
    assert_eq!(open(&app, &customer).await.len(), 4);
    app.finish().await;
}

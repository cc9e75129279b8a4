//! What a customer wants kept and not used is kept and not used, and every recipient is told (Art. 18, 19).

use crate::support::{
    Answer, TestApp,
    ask::codes,
    connect::{Crm, http},
    third_party::FakeThirdParty,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";

pub const RESTRICT: &str = "mutation ($input: RestrictCustomerInput!) { restrictCustomer(input: $input) {
    customer { status restriction { ground reason placedBy } } tasks { action lifts cause system { name } }
    userErrors { code message field } } }";

pub const LIFT: &str = "mutation ($input: LiftRestrictionInput!) { liftRestriction(input: $input) {
    customer { status restriction { ground } } tasks { action lifts cause system { name } }
    userErrors { code message field } } }";

async fn restrict(app: &TestApp, customer: &str) -> Answer {
    let input = json!({ "customerId": customer, "ground": "LEGAL_CLAIMS", "reason": "Needs it in court.", "channel": "PHONE" });
    app.agent().ask(RESTRICT, json!({ "input": input })).await
}

async fn lift(app: &TestApp, customer: &str, told_at: chrono::DateTime<chrono::Utc>) -> Answer {
    let input = json!({ "customerId": customer, "reason": "The case is over.", "customerToldAt": told_at });
    app.compliance().ask(LIFT, json!({ "input": input })).await
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

#[tokio::test]
async fn nothing_is_used_until_the_restriction_is_lifted_and_every_holder_is_told() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-4601").await;
    let done = restrict(&app, &customer).await;
    assert_eq!(codes(&done), []);
    let done = &done.data()["restrictCustomer"];
    assert_eq!(
        done["customer"],
        json!({ "status": "RESTRICTED", "restriction": { "ground": "LEGAL_CLAIMS", "reason": "Needs it in court.",
            "placedBy": "Test agent" } })
    );
    assert_eq!(places(&done["tasks"]), ["Faktureringssystem", HOST, CRM, "Ärendesystem"]);
    assert!(
        done["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|task| task["action"] == "RESTRICT" && task["lifts"] == false)
    );
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "RESTRICTED"));
    assert_eq!(codes(&restrict(&app, &customer).await)[0].0, "ALREADY_RESTRICTED");
    // Nothing is given to anybody, and nothing that lost its reason meanwhile goes.
    let host = app.system_id(HOST).await;
    assert_eq!(codes(&app.share(&customer, &host, &["user.name"]).await)[0].0, "CUSTOMER_RESTRICTED");
    assert_eq!(codes(&app.end(&subscription, json!({})).await), []);
    app.advance(TimeDelta::days(400));
    app.review_all().await;
    app.sweep().await;
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "RESTRICTED"));
    app.work().await;
    let told = app.task_at(&customer, CRM).await;
    assert_eq!(told["state"], "NEEDS_HUMAN");
    assert_eq!(codes(&app.complete(&told, json!({})).await), []);

    let early = lift(&app, &customer, app.now() - TimeDelta::days(500)).await;
    assert_eq!(codes(&early), [("OUT_OF_RANGE".to_owned(), "customerToldAt".to_owned())]);
    let late = lift(&app, &customer, app.now() + TimeDelta::days(1)).await;
    assert_eq!(codes(&late), [("OUT_OF_RANGE".to_owned(), "customerToldAt".to_owned())]);
    let lifted = lift(&app, &customer, app.now()).await;
    assert_eq!(codes(&lifted), []);
    let lifted = &lifted.data()["liftRestriction"];
    assert_eq!(lifted["customer"], json!({ "status": "DORMANT", "restriction": null }));
    // Only who was told of it is told that it is over; the others hear nothing of either.
    assert_eq!(places(&lifted["tasks"]), [CRM]);
    assert_eq!(lifted["tasks"][0]["lifts"], json!(true));
    let open = app.tasks(&customer).await.into_iter().filter(|task| task["outcome"].is_null());
    let open = open.map(|task| task["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(open.iter().filter(|action| *action == "RESTRICT").count(), 1, "{open:?}");
    // What had lost its reason goes now.
    let states = app.at(&customer, CRM).await;
    assert_eq!(states, [("user.name".to_owned(), "DISPOSAL_PENDING".to_owned())]);
    assert_eq!(codes(&lift(&app, &customer, app.now()).await)[0].0, "NOT_RESTRICTED");
    app.finish().await;
}

/// An erasure would come to nothing, and say that it was carried out.
#[tokio::test]
async fn what_is_only_to_be_kept_is_not_erased_on_request() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4605").await;
    assert_eq!(codes(&restrict(&app, &customer).await), []);
    for kind in ["ERASURE", "OBJECTION"] {
        let request = app.submit(&customer, json!({ "type": kind })).await;
        let refused = [("CUSTOMER_RESTRICTED".to_owned(), "dataRequestId".to_owned())];
        assert_eq!(codes(&app.verify(&request, json!({})).await), refused);
        assert_eq!(app.request(&request).await["status"], "RECEIVED");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_request_restricts_when_it_is_certain_who_asks() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4602").await;
    let missing = app.try_to_submit(&customer, json!({ "type": "RESTRICTION" })).await;
    assert_eq!(codes(&missing), [("REQUIRED".to_owned(), "restrictionGround".to_owned())]);
    let unfit = app.try_to_submit(&customer, json!({ "restrictionGround": "LEGAL_CLAIMS" })).await;
    assert_eq!(codes(&unfit), [("OUT_OF_RANGE".to_owned(), "restrictionGround".to_owned())]);
    let wanted = json!({ "type": "RESTRICTION", "restrictionGround": "ACCURACY_CONTESTED" });
    let request = app.submit(&customer, wanted).await;
    let status = async || {
        app.agent()
            .ask("query ($id: ID!) { customer(id: $id) { status } }", json!({ "id": customer }))
            .await
            .data()["customer"]["status"]
            .clone()
    };
    assert_eq!(status().await, "ACTIVE");
    let verified = app.verify(&request, json!({})).await;
    assert_eq!(codes(&verified), []);
    assert_eq!(verified.data()["verifyIdentity"]["tasks"].as_array().unwrap().len(), 4);
    assert_eq!(status().await, "RESTRICTED");
    app.work().await;
    let reply = "query ($id: ID!) { dataRequest(id: $id) { reply(locale: EN) } }";
    let told = app.agent().ask(reply, json!({ "id": request })).await;
    let told = told.data()["dataRequest"]["reply"].as_str().unwrap().to_owned();
    assert!(told.contains("since 2026-03-02 we keep your data and use it for nothing else"), "{told}");
    assert!(told.contains("Kundregister (our own system): not done yet: Name."), "{told}");
    // Taken back, it is lifted: whoever asked for it knows.
    assert_eq!(codes(&app.take_back(&request).await), []);
    assert_eq!(status().await, "ACTIVE");
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "HELD"));
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_put_right_and_shown_while_it_is_restricted() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("K-4603-1", "Test Testsson", "")]).await;
    assert_eq!(codes(&app.connect(CRM, crm.connector()).await), []);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    assert_eq!(codes(&app.connect(HOST, http(&host)).await), []);
    let (customer, _) = app.hosted("K-4603").await;
    restrict(&app, &customer).await.data();
    let wanted = json!({ "type": "RECTIFICATION", "profile": { "name": "Testa Testsson" } });
    let request = app.submit(&customer, wanted).await;
    assert_eq!(codes(&app.verify(&request, json!({})).await), []);
    let access = app.submit(&customer, json!({ "type": "ACCESS" })).await;
    assert_eq!(codes(&app.verify(&access, json!({})).await), []);
    // The copy is of what is right by then.
    app.work().await;
    app.work().await;
    assert_eq!(crm.person("K-4603-1").await.unwrap().0.as_deref(), Some("Testa Testsson"));
    let exported =
        app.tasks_at(&customer, CRM).await.into_iter().find(|task| task["action"] == "EXPORT").unwrap();
    assert_eq!(exported["outcome"], "DONE");
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "RESTRICTED"));
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_restrict_at_once_one_does() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4604").await;
    let (one, other) = tokio::join!(restrict(&app, &customer), restrict(&app, &customer));
    let mut refused = [codes(&one), codes(&other)].concat();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused.remove(0).0, "ALREADY_RESTRICTED");
    assert_eq!(app.database.rows("SELECT id FROM restriction").await.len(), 1);
    assert_eq!(app.tasks(&customer).await.len(), 4);
    app.finish().await;
}

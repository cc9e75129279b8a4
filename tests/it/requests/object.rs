//! What rests on somebody's interests alone ends when the customer objects (Art. 21(1), 17(1)(c)).

use crate::support::{
    TestApp,
    ask::codes,
    dispose::{items, written},
};
use serde_json::{Value, json};

const CRM: &str = "Kundregister";
const ADDRESS: &str = "user.device.ip_address";

/// A line of an address that is kept for security, which rests on legitimate interests.
async fn address(app: &TestApp, customer: &str) -> Value {
    json!({ "customerId": customer, "category": ADDRESS, "sourceChannel": "SYSTEM", "systemId": app.system_id(CRM).await })
}

async fn watched(app: &TestApp, reference: &str) -> String {
    let (service, mut needs) = app.needs("web-hosting").await;
    needs.push(json!({ "category": ADDRESS, "purpose": "SECURITY", "systemId": app.system_id(CRM).await, "onEnd": "ERASE" }));
    let set = app.set(&service, &needs, json!({})).await;
    assert_eq!(codes(&set), []);
    let (customer, _) = app.hosted(reference).await;
    let line = address(app, &customer).await;
    assert_eq!(codes(&app.record(line).await), []);
    customer
}

#[tokio::test]
async fn what_is_objected_to_goes_and_the_service_goes_on() {
    let app = TestApp::new().await;
    let customer = watched(&app, "K-4701").await;
    let request = app.submit(&customer, json!({ "type": "OBJECTION" })).await;
    let planned = app.verify(&request, json!({ "dryRun": true })).await;
    let planned = &planned.data()["verifyIdentity"];
    assert_eq!(items(planned), written(&[(CRM, ADDRESS, "ERASE")]));
    let hash = planned["plan"]["planHash"].clone();
    let done = app.verify(&request, json!({ "planHash": hash })).await;
    assert_eq!(codes(&done), []);
    let tasks = done.data()["verifyIdentity"]["tasks"].as_array().unwrap().clone();
    assert_eq!((tasks.len(), &tasks[0]["cause"]), (1, &json!("DATA_REQUEST")));
    assert_eq!(app.sweep().await, 0);
    let at = app.at(&customer, CRM).await;
    assert_eq!(
        at,
        [(ADDRESS.to_owned(), "DISPOSAL_PENDING".to_owned()), ("user.name".to_owned(), "HELD".to_owned())]
    );
    // It does not come back by another way.
    let line = address(&app, &customer).await;
    let task = app.task_at(&customer, CRM).await;
    assert_eq!(codes(&app.complete(&task, json!({})).await), []);
    assert_eq!(codes(&app.record(line).await)[0].0, "NOT_JUSTIFIED");
    assert_eq!(app.request(&request).await["status"], "COMPLETED");
    app.finish().await;
}

#[tokio::test]
async fn an_objection_that_is_taken_back_or_refused_changes_nothing() {
    let app = TestApp::new().await;
    let customer = watched(&app, "K-4702").await;
    let request = app.submit(&customer, json!({ "type": "OBJECTION" })).await;
    // Only an erasure is refused because a law obliges to keep.
    assert_eq!(codes(&app.reject(&request, "LEGAL_OBLIGATION").await)[0].0, "GROUND_NOT_APPLICABLE");
    app.verify(&request, json!({})).await.data();
    assert_eq!(codes(&app.reject(&request, "COMPELLING_GROUNDS").await), []);
    let at = app.at(&customer, CRM).await;
    assert!(at.iter().all(|(_, state)| state == "HELD"), "{at:?}");
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_contract_is_not_objected_to() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-4703").await;
    let request = app.submit(&customer, json!({ "type": "OBJECTION" })).await;
    let verified = app.verify(&request, json!({})).await;
    let verified = &verified.data()["verifyIdentity"];
    assert_eq!((&verified["tasks"], &verified["dataRequest"]["status"]), (&json!([]), &json!("COMPLETED")));
    assert!(app.map(&customer).await.iter().all(|(_, _, state)| state == "HELD"));
    // It says what stays, and why: not that there was nothing.
    let reply = "query ($id: ID!) { dataRequest(id: $id) { reply(locale: EN) } }";
    let told = app.agent().ask(reply, json!({ "id": request })).await;
    let told = told.data()["dataRequest"]["reply"].as_str().unwrap().to_owned();
    assert!(told.contains("What is kept") && told.contains("Kundregister"), "{told}");
    assert!(!told.contains("We have no data"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_objected_to_passes_the_gate_no_more() {
    let app = TestApp::new().await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let (service, mut needs) = app.needs("web-hosting").await;
    needs.push(json!({ "category": ADDRESS, "purpose": "SECURITY", "systemId": host, "onEnd": "ERASE" }));
    assert_eq!(codes(&app.set(&service, &needs, json!({})).await), []);
    let (customer, _) = app.hosted("K-4704").await;
    let stands_in_the_way = async || {
        let check = app.check(&customer, "web-hosting").await;
        let blockers = check["blockers"].as_array().unwrap().clone();
        let of_security = blockers.into_iter().filter(|one| one["purpose"]["key"] == "SECURITY");
        of_security.map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(stands_in_the_way().await, Vec::<String>::new());
    let request = app.submit(&customer, json!({ "type": "OBJECTION" })).await;
    assert_eq!(codes(&app.verify(&request, json!({})).await), []);
    assert_eq!(stands_in_the_way().await, ["NOT_REQUIRED_BY_A_LIVE_SERVICE"]);
    // And it is not on the map by another way.
    let line =
        json!({ "customerId": customer, "category": ADDRESS, "sourceChannel": "SYSTEM", "systemId": host });
    assert!(!codes(&app.record(line).await).is_empty());
    app.finish().await;
}

//! P4: where a customer's data is, with the company and with third parties, and whose data is at one, now and before.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::json;

const AT: &str =
    "query ($id: ID!, $asOf: DateTime) { thirdParty(id: $id) { customers(asOf: $asOf, first: 200) {
    edges { node { reference } categories { key } heldTo } } } }";

#[tokio::test]
async fn whose_data_is_at_a_third_party_now_and_at_an_earlier_time() {
    let app = TestApp::new().await;
    let registry = app.third_party_id("Stiftelsen Exempelregistret").await;
    let earlier = app.now();
    app.advance(TimeDelta::hours(1));
    let customer = app.register("K-3001").await;
    app.start(&customer, "domain-se").await;
    app.allow(&customer, "domain-se").await;
    let system = app.system_id("Exempelregistret .se").await;
    let line = json!({ "customerId": customer, "category": "user.name", "systemId": system, "sourceChannel": "ORDER_FORM" });
    assert_eq!(app.record(line).await.user_errors(), []);

    let there = async |as_of: Option<String>| {
        let answer = app.compliance().ask(AT, json!({ "id": registry, "asOf": as_of })).await;
        let edges = answer.data()["thirdParty"]["customers"]["edges"].as_array().unwrap().clone();
        let mine = edges.into_iter().find(|edge| edge["node"]["reference"] == "K-3001");
        let on_record = app.events_as_auditor(&answer).await;
        (mine, on_record[0]["subjects"]["nodes"].to_string().contains("K-3001"))
    };
    let (now, recorded) = there(None).await;
    assert_eq!(now.unwrap()["categories"], json!([{ "key": "user.name" }]));
    assert!(recorded);
    let (before, recorded) = there(Some(earlier.to_rfc3339())).await;
    assert_eq!((before, recorded), (None, false));
    app.finish().await;
}

#[tokio::test]
async fn another_customer_is_answered_like_nobody() {
    let app = TestApp::new().await;
    let other = app.customer_id("K-1002").await;
    let nobody = "Q3VzdG9tZXI6MDAwMDAwMDAwMDAwNzAwMDgwMDAwMDAwMDAwMDAwMDA";
    let me = app.customer_user("K-1001");
    for document in [
        "query ($id: ID!) { customer(id: $id) { reference dataLocations { nodes { id } } } }",
        "query ($id: ID!) { customer(id: $id) { accessLog { nodes { actor } } } }",
        "query ($id: ID!) { node(id: $id) { id ... on Customer { reference } } }",
    ] {
        let theirs = me.clone().request_id("same").ask(document, json!({ "id": other })).await;
        let nobodys = me.clone().request_id("same").ask(document, json!({ "id": nobody })).await;
        assert_eq!((theirs.status, &theirs.json), (nobodys.status, &nobodys.json), "{document}");
    }
    let mine = me.get("{ customer(reference: \"K-1001\") { dataLocations { totalCount } } }").await;
    assert!(mine.data()["customer"]["dataLocations"]["totalCount"].as_u64().unwrap() > 10);
    app.finish().await;
}

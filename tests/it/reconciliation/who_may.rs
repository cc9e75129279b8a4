//! Who may ask for a comparison, who sees of whom it tells, and what the log says of it.

use super::target::targets;
use crate::support::{
    TestApp,
    reconcile::{RECONCILE, RECONCILIATION},
};
use serde_json::{Value, json};

const CRM: &str = "Kundregister";

const COUNTS: &str = "query ($id: ID!) { system(id: $id) { reconciledAt reconciliations { totalCount nodes {
    id state matched differences(kinds: [MISSING_IN_SYSTEM]) { totalCount nodes { kind category { key } } } } } } }";

const WHOM: &str = "query ($id: ID!) { node(id: $id) { ... on Reconciliation { differences { nodes {
    customer { reference } } } } } }";

/// An administrator sees how many, and not whom; and nothing of one person by themselves.
#[tokio::test]
async fn an_administrator_sees_numbers_and_nobody() {
    let target = targets().await.remove(0);
    let app = TestApp::new().await;
    app.connect(CRM, target.connector()).await;
    let (customer, _) = app.hosted("K-7301").await;
    let system = app.system_id(CRM).await;
    let asked = app.admin().ask(RECONCILE, json!({ "input": { "systemId": system } })).await;
    assert_eq!(asked.user_errors(), []);
    let id = asked.data()["reconcileSystem"]["reconciliation"]["id"].clone();
    app.worker().reconcile().await.unwrap();
    let limited = app.compare(CRM, json!({ "customerId": customer })).await;
    assert_eq!(limited["differences"]["totalCount"], 1);
    let counts = app.admin().ask(COUNTS, json!({ "id": system })).await;
    let list = &counts.data()["system"]["reconciliations"];
    assert_eq!((&list["totalCount"], &list["nodes"][0]["id"]), (&json!(1), &id), "{:#}", counts.json);
    assert!(list["nodes"][0]["differences"]["totalCount"].as_u64().unwrap() > 0);
    assert!(app.event(&counts).await.subjects.is_empty());
    assert_eq!(
        app.compliance().ask(COUNTS, json!({ "id": system })).await.data()["system"]["reconciliations"]["totalCount"],
        2
    );
    let whom = app.admin().ask(WHOM, json!({ "id": id })).await;
    assert_eq!(whom.code(), Some("FORBIDDEN"), "{:#}", whom.json);
    let one = json!({ "input": { "systemId": system, "customerId": customer } });
    assert_eq!(app.admin().ask(RECONCILE, one.clone()).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.script(&["reconcileSystem"]).ask(RECONCILE, one).await.code(), Some("FORBIDDEN"));
    for nobody in [app.agent(), app.auditor(), app.customer_user("K-7301")] {
        let refused = nobody.ask(RECONCILE, json!({ "input": { "systemId": system } })).await;
        assert_eq!(refused.code(), Some("FORBIDDEN"));
    }
    let agents = app.agent().ask(RECONCILIATION, json!({ "id": id })).await;
    assert_eq!((&agents.json["data"]["node"], agents.code()), (&Value::Null, Some("FORBIDDEN")));
    let script =
        app.script(&["reconcileSystem"]).ask(RECONCILE, json!({ "input": { "systemId": system } })).await;
    assert_eq!(script.user_errors(), [], "{:#}", script.json);
    app.finish().await;
    target.finish().await;
}

/// Whoever was compared finds it in their own log, with the categories that it was about.
#[tokio::test]
async fn whoever_is_compared_is_on_record() {
    let target = targets().await.remove(0);
    let app = TestApp::new().await;
    app.connect(CRM, target.connector()).await;
    let (customer, _) = app.hosted("K-7302").await;
    target.add("K-7302-1", Some("Karin"), Some("k@example.com")).await;
    app.compare(CRM, json!({})).await;
    let log = "query ($id: ID!) { customer(id: $id) { accessLog(first: 50) { nodes { operation
        subjects { nodes { categories { key } } } } } } }";
    let log = app.compliance().ask(log, json!({ "id": customer })).await;
    let events = log.data()["customer"]["accessLog"]["nodes"].as_array().unwrap().clone();
    let compared = events.iter().filter(|event| event["operation"] == "reconcileSystem");
    let compared = compared.map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(compared.len(), 1, "{events:#?}");
    for category in ["user.name", "user.contact.email"] {
        assert!(compared[0].contains(category), "{category}: {compared:?}");
    }
    app.finish().await;
    target.finish().await;
}

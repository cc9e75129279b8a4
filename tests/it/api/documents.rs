//! Documents that are made to get more than their author may have, or more than anybody should.

use crate::support::{Answer, TestApp};
use serde_json::json;

/// What is answered under one name is one field, or the log would say that something else was asked for.
#[tokio::test]
async fn one_name_in_the_answer_is_one_field() {
    let app = TestApp::new().await;
    let system = app.system_id("Faktureringssystem").await;
    let refused = |answer: &Answer| {
        assert_eq!(answer.status.as_u16(), 400, "{:#}", answer.json);
        assert_eq!(answer.code(), Some("GRAPHQL_VALIDATION_FAILED"), "{:#}", answer.json);
        assert_eq!(answer.json.get("data"), None);
    };
    // A field that the token's scopes do not name, behind one that they do.
    let smuggled = "query ($id: ID!) { x: node(id: $id) { id } ...F }
        fragment F on Query { x: auditEvents(first: 2) { nodes { actor operation } } }";
    let answer = app.script(&["node"]).ask(smuggled, json!({ "id": system })).await;
    refused(&answer);
    assert_eq!(app.event(&answer).await.ending(), "FAILED GRAPHQL_VALIDATION_FAILED");
    for two in [
        "{ x: viewer { actor } ... on Query { x: customer(reference: \"K-1002\") { profile { name } } } }",
        "{ x: customer(reference: \"K-1001\") { reference }
           ... on Query { x: customer(reference: \"K-1002\") { profile { name } } } }",
        "{ customer(reference: \"K-1001\") { a: profile { x: name } a: profile { x: email } } }",
        "{ customer(reference: \"K-1001\") { a: reference ...F } } fragment F on Customer { a: createdAt }",
    ] {
        refused(&app.agent().get(two).await);
    }
    let same = "{ x: customer(reference: \"K-1001\") { reference } ...F }
        fragment F on Query { x: customer(reference: \"K-1001\") { profile { name } } }";
    let answer = app.agent().get(same).await;
    let customer = &answer.data()["x"];
    assert_eq!(
        (&customer["reference"], &customer["profile"]["name"]),
        (&json!("K-1001"), &json!("Anna Almgren"))
    );
    app.finish().await;
}

/// Lists without pages lead from one to the next and back; a few of them multiply to more than memory holds.
#[tokio::test]
async fn a_small_document_cannot_ask_for_too_much() {
    let app = TestApp::new().await;
    let me = app.customer_user("K-1001");
    let round = "requirements { service {".repeat(6) + "id" + &"} }".repeat(6);
    let aliases = (0..900).map(|n| format!("a{n}: owner")).collect::<Vec<_>>().join(" ");
    for document in [
        format!("{{ services {{ nodes {{ {round} }} }} }}"),
        format!("{{ services {{ nodes {{ requirements {{ system {{ {aliases} }} }} }} }} }}"),
    ] {
        let answer = me.get(&document).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, Some("QUERY_TOO_COMPLEX")));
        assert_eq!(app.event(&answer).await.ending(), "FAILED QUERY_TOO_COMPLEX");
    }
    // What people do ask for is not too much.
    let whole = "{ services(first: 50) { nodes { key name requirements { category { key name } system { name
        thirdParty { name country } } purpose { key } grace } } } }";
    me.get(whole).await.data();
    app.finish().await;
}

/// Whoever may read the log reads whom it is about.
#[tokio::test]
async fn a_script_that_may_read_the_log_is_told_whom_it_is_about() {
    let app = TestApp::new().await;
    let listed = app.compliance().get("{ customers(first: 3) { nodes { reference } } }").await;
    let document = "query ($id: String) { auditEvents(filter: { requestId: $id }) { nodes { clientAddress
        subjects { totalCount nodes { categories { key } } } } } }";
    let script = app.script(&["auditEvents"]).for_purpose("SECURITY");
    let answer = script.ask(document, json!({ "id": listed.request_id })).await;
    let event = &answer.data()["auditEvents"]["nodes"][0];
    assert_eq!(
        (&event["subjects"]["totalCount"], &event["clientAddress"]),
        (&json!(3), &json!("192.0.2.17"))
    );
    app.finish().await;
}

/// Whoever may not is told that, and nothing about what they wrote.
#[tokio::test]
async fn the_policy_is_asked_before_arguments_are_looked_at() {
    let app = TestApp::new().await;
    let me = app.customer_user("K-1001");
    for document in [
        "{ customers(filter: { systemId: \"none\" }, first: -1) { totalCount } }",
        "{ auditEvents(filter: { categories: [\"none\"] }, first: 999) { totalCount } }",
        "{ findCustomer(nationalId: \"19850312-2380\") { id } }",
        "{ systems(first: -1) { totalCount } }",
        "{ thirdParties(last: -1) { totalCount } }",
    ] {
        let answer = me.get(document).await;
        assert_eq!(answer.code(), Some("FORBIDDEN"), "{document}: {:#}", answer.json);
        assert_eq!(app.event(&answer).await.ending(), "DENIED FORBIDDEN", "{document}");
    }
    app.finish().await;
}

/// What a mutation has done stands, whatever is wrong with the question about it.
#[tokio::test]
async fn a_wrong_question_about_a_change_is_no_failed_change() {
    let app = TestApp::new().await;
    let document = "mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) {
        customer { reference dataLocations(first: -1) { totalCount } } } }";
    let input = crate::support::build::person("K-7101");
    let answer = app.agent().ask(document, json!({ "input": input })).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    let events = app.events(&answer).await;
    let mut told =
        events.iter().map(|event| format!("{} {}", event.kind, event.ending())).collect::<Vec<_>>();
    told.sort();
    assert_eq!(told, ["READ FAILED BAD_USER_INPUT", "WRITE ALLOWED"]);
    app.finish().await;
}

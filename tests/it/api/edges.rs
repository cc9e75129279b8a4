//! What clients meet at the edges: a page of none, a variable left out, nothing selected, a cursor of their own making.

use crate::support::{TestApp, build::RECTIFY};
use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

#[tokio::test]
async fn a_page_of_none_is_still_a_customers() {
    let app = TestApp::new().await;
    let query = "{ customer(reference: \"K-1001\") { reference dataLocations(first: 0) { nodes { id } pageInfo { hasNextPage } } } }";
    let answer = app.agent().get(query).await;
    let map = json!({ "nodes": [], "pageInfo": { "hasNextPage": true } });
    assert_eq!(answer.data()["customer"], json!({ "reference": "K-1001", "dataLocations": map }));
    assert_eq!(app.event(&answer).await.subjects.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn without_the_value_of_a_variable_nothing_is_done() {
    let app = TestApp::new().await;
    let before = app.database.dump_but_the_log().await;
    let input =
        "{ reference: \"K-9\", kind: PERSON, locale: SV, channel: CHAT, profile: { name: \"Ny Kund\" } }";
    let register = format!("registerCustomer(input: {input})");
    for (document, variables) in [
        (
            format!("mutation ($yes: Boolean!) {{ {register} {{ customer {{ id @include(if: $yes) }} }} }}"),
            json!({}),
        ),
        (
            format!("mutation ($yes: Boolean!) {{ {register} {{ customer {{ id @include(if: $yes) }} }} }}"),
            json!({ "yes": null }),
        ),
        (
            format!(
                "mutation ($n: Int!) {{ {register} {{ customer {{ dataLocations(first: $n) {{ totalCount }} }} }} }}"
            ),
            json!({}),
        ),
    ] {
        let answer = app.agent().ask(&document, variables).await;
        let code = Some("GRAPHQL_VALIDATION_FAILED");
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, code),
            "{document}: {:#}",
            answer.json
        );
        assert_eq!(app.event(&answer).await.outcome, "FAILED");
    }
    assert_eq!(app.database.dump_but_the_log().await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_of_ones_own_making_is_refused() {
    let app = TestApp::new().await;
    let made = BASE64_URL_SAFE_NO_PAD
        .encode("customers ReferenceAsc\u{1f}a\0b\u{1f}01a21104-7797-75ed-a3c9-9751a22dc592");
    let query = "query ($at: String) { customers(orderBy: REFERENCE_ASC, after: $at) { totalCount } }";
    let answer = app.agent().ask(query, json!({ "at": made })).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{:#}", answer.json);
    app.finish().await;
}

#[tokio::test]
async fn what_is_read_beside_a_change_is_no_change() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let input = json!({ "customerId": customer, "channel": "PHONE", "profile": { "address": "Nygatan 1" } });
    let read = RECTIFY.replace("customer { id version }", "customer { profile { email } }");
    let answer = app.agent().ask(&read, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(), []);
    for event in app.events_as_auditor(&answer).await {
        let changed = &event["subjects"]["nodes"][0]["changedFields"];
        let wanted = if event["kind"] == "WRITE" { json!(["address"]) } else { json!([]) };
        assert_eq!(*changed, wanted, "{event:#}");
    }
    app.finish().await;
}

/// Nothing is shown of them, and still it was told that there is one.
#[tokio::test]
async fn a_customer_of_whom_nothing_is_selected_is_there() {
    let app = TestApp::new().await;
    for (reference, wanted, subjects) in [("K-1001", json!({}), 1), ("K-0", Value::Null, 0)] {
        let document = "query ($reference: String, $all: Boolean!) {
            customer(reference: $reference) { reference @include(if: $all) } }";
        let answer = app.agent().ask(document, json!({ "reference": reference, "all": false })).await;
        assert_eq!(answer.json, json!({ "data": { "customer": wanted } }));
        assert_eq!(app.event(&answer).await.subjects.len(), subjects, "{reference}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_said_by_a_variable_without_a_value_is_not_said() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let read = "query ($id: ID!) { customer(id: $id) { version profile { name email phone } } }";
    let before = app.agent().ask(read, json!({ "id": customer })).await;
    assert!(before.data()["customer"]["profile"]["phone"].is_string());

    let rectify = "mutation ($id: ID!, $version: Int!, $name: String, $email: String, $phone: String) {
        rectifyCustomer(input: { customerId: $id, expectedVersion: $version, channel: CHAT,
            profile: { name: $name, email: $email, phone: $phone } }) {
            customer { profile { name email phone } } userErrors { code field } } }";
    let version = &before.data()["customer"]["version"];
    let variables = json!({ "id": customer, "version": version, "name": "Ny Namn", "email": null });
    let after = app.agent().ask(rectify, variables).await;
    let profile = &after.data()["rectifyCustomer"]["customer"]["profile"];
    let phone = &before.data()["customer"]["profile"]["phone"];
    assert_eq!(*profile, json!({ "name": "Ny Namn", "email": null, "phone": phone }), "{:#}", after.json);

    // The same document with a value for each, which was not looked at as a whole before.
    let variables =
        json!({ "id": customer, "version": 99, "name": "A", "email": "a@example.se", "phone": 7 });
    let refused = app.agent().ask(rectify, variables).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);

    // Arguments, lists and what several operations share; their defaults are the schema's.
    let document = "query A ($by: CustomerOrder, $first: Int, $kind: CustomerKind) {
            customers(first: $first, orderBy: $by, filter: { kinds: $kinds }) { ...Page } }
        query B ($by: CustomerOrder) { customers(first: 1, orderBy: $by) { ...Page } }
        fragment Page on CustomerConnection { nodes { dataLocations(first: $first) { totalCount } } }";
    let document = document.replace("kinds: $kinds", "kinds: [PERSON, $kind]");
    let request = json!({ "query": document, "operationName": "A", "variables": {} });
    let answer = app.compliance().post(request.to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "a list of kinds holds no null: {:#}", answer.json);
    let request = json!({ "query": document, "operationName": "B", "variables": {} });
    let answer = app.compliance().post(request.to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "B knows no $first: {:#}", answer.json);
    let document = "query ($by: CustomerOrder, $first: Int, $unjustified: Boolean) {
        customers(first: $first, orderBy: $by, filter: { unjustified: $unjustified }) { nodes { reference } } }";
    let answer = app.compliance().ask(document, json!({ "first": 2 })).await;
    assert_eq!(answer.data()["customers"]["nodes"].as_array().map(Vec::len), Some(2), "{:#}", answer.json);
    app.finish().await;
}

#[tokio::test]
async fn customers_see_who_has_their_data_and_not_how_they_were_vetted() {
    let app = TestApp::new().await;
    let ask = |below: &str| {
        format!(
            "{{ customer(reference: \"K-1001\") {{ dataLocations {{ nodes {{ system {{ name {below} }} }} }} }} }}"
        )
    };
    let me = app.customer_user("K-1001");
    let seen =
        me.get(&ask("country thirdParty { name kind role country safeguard status privacyContact }")).await;
    let nodes = seen.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone();
    assert!(nodes.iter().any(|line| line["system"]["thirdParty"]["country"].is_string()), "{nodes:#?}");
    for below in [
        "owner",
        "measures",
        "reviewDue",
        "thirdParty { assessments { nodes { grounds } } }",
        "thirdParty { agreement { reference } }",
        "thirdParty { blockers }",
        "thirdParty { measures }",
    ] {
        let refused = me.get(&ask(below)).await;
        assert_eq!(refused.code(), Some("FORBIDDEN"), "{below}: {:#}", refused.json);
        assert_eq!(app.agent().get(&ask(below)).await.code(), None, "{below}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_script_reads_what_its_mutation_gives_back_and_no_more() {
    let app = TestApp::new().await;
    let input = json!({ "input": { "reference": "K-9", "kind": "PERSON", "locale": "SV", "channel": "CHAT",
        "profile": { "name": "Ny Kund" } } });
    let register = |below: &str| {
        format!(
            "mutation ($input: RegisterCustomerInput!) {{ registerCustomer(input: $input) {{ customer {{ {below} }} }} }}"
        )
    };
    let script = app.script(&["registerCustomer"]);
    let answer = script.ask(&register("reference profile { name }"), input.clone()).await;
    let customer = json!({ "reference": "K-9", "profile": { "name": "Ny Kund" } });
    assert_eq!(answer.data()["registerCustomer"]["customer"], customer, "{:#}", answer.json);
    let event = app.event(&answer).await;
    assert_eq!((event.kind.as_str(), event.ending().as_str()), ("WRITE", "ALLOWED"));
    assert_eq!(event.subjects.into_values().collect::<Vec<_>>(), [["user.name"]]);
    let mut other = input;
    other["input"]["reference"] = json!("K-10");
    let answer = script.ask(&register("accessLog { nodes { operation } }"), other).await;
    assert_eq!(answer.code(), Some("FORBIDDEN"), "{:#}", answer.json);
    let anybody = script.get("{ customer(reference: \"K-1001\") { reference } }").await;
    assert_eq!(anybody.code(), Some("FORBIDDEN"), "{:#}", anybody.json);

    let line = json!({ "input": { "locations": [{ "customerId": app.customer_id("K-9").await, "category": "user.name",
        "systemId": app.system_id("Faktureringssystem").await, "sourceChannel": "IMPORT" }] } });
    let record = "mutation ($input: RecordDataLocationsInput!) { recordDataLocations(input: $input) {
        dataLocations { category { key } justifications { kind } } userErrors { code } } }";
    let answer = app.script(&["recordDataLocations"]).ask(record, line).await;
    let lines = json!([{ "category": { "key": "user.name" }, "justifications": [] }]);
    assert_eq!(answer.data()["recordDataLocations"]["dataLocations"], lines, "{:#}", answer.json);
    assert_eq!(app.event(&answer).await.subjects.into_values().collect::<Vec<_>>(), [["user.name"]]);
    app.finish().await;
}

/// What a script reads back beyond its change is a read like any other: with a purpose, and on record.
#[tokio::test]
async fn what_a_script_reads_back_beyond_its_change_has_an_event_of_its_own() {
    let app = TestApp::new().await;
    let rectify = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
        customer { profile { name } } userErrors { code } } }";
    let input = json!({ "input": { "customerId": app.customer_id("K-1001").await, "channel": "PHONE",
        "profile": { "phone": "070-174 06 99" } } });
    let script = app.script(&["rectifyCustomer"]);
    let refused = script.clone().without_purpose().ask(rectify, input.clone()).await;
    assert_eq!(refused.code(), Some("PURPOSE_REQUIRED"), "{:#}", refused.json);

    let answer = script.ask(rectify, input).await;
    let name = &answer.data()["rectifyCustomer"]["customer"]["profile"]["name"];
    assert!(name.is_string(), "{:#}", answer.json);
    let mut told = app.events(&answer).await;
    told.sort_by(|a, b| a.kind.cmp(&b.kind));
    let told = told.into_iter().map(|event| {
        let seen = event.subjects.into_values().flatten().collect::<Vec<_>>().join(" ");
        let changed = event.changed.into_values().flatten().collect::<Vec<_>>().join(" ");
        format!("{} {} {} | {seen} | {changed}", event.kind, event.operation, event.outcome)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "READ rectifyCustomer ALLOWED | user.name | ",
            "WRITE rectifyCustomer ALLOWED | user.contact.phone_number | phone"
        ]
    );
    app.finish().await;
}

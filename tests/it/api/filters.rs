//! Every filter, order and direction is understood by the database at hand, and pages from either end agree.

use crate::support::TestApp;
use serde_json::{Value, json};

async fn ask(app: &TestApp, field: &str) -> Value {
    let answer = app.compliance().get(&format!("{{ it: {field} }}")).await;
    answer.data()["it"].clone()
}

#[tokio::test]
async fn every_filter_is_understood() {
    let app = TestApp::new().await;
    let (system, service) = (app.system_id("Kundregister").await, app.service_id("web-hosting").await);
    let (third_party, customer) =
        (app.third_party_id("Stiftelsen Exempelregistret").await, app.customer_id("K-1001").await);
    let customers = |filter: &str| format!("customers(filter: {{ {filter} }}) {{ totalCount }}");
    for (filter, at_least) in [
        ("kinds: [PERSON, ORGANIZATION]".to_owned(), 24),
        ("statuses: [ACTIVE]".to_owned(), 20),
        ("referencePrefix: \"K-100\"".to_owned(), 9),
        ("dormantSince: \"2030-01-01\"".to_owned(), 1),
        (format!("serviceId: \"{service}\""), 8),
        (format!("systemId: \"{system}\""), 20),
        (format!("thirdPartyId: \"{third_party}\""), 7),
        ("categories: [\"user.contact\"]".to_owned(), 24),
        ("unjustified: true".to_owned(), 3),
        ("unjustified: false".to_owned(), 20),
    ] {
        let count = ask(&app, &customers(&filter)).await["totalCount"].as_u64().unwrap();
        assert!(count >= at_least, "{filter}: {count}");
    }
    let lines = |filter: &str| {
        format!(
            "customer(reference: \"K-1001\") {{ dataLocations(filter: {{ {filter} }}) {{ totalCount nodes {{ id }} }} }}"
        )
    };
    for filter in [
        "states: [HELD, RESTRICTED]".to_owned(),
        format!("systemIds: [\"{system}\"]"),
        format!("thirdPartyIds: [\"{third_party}\"]"),
        "categories: [\"user.contact\"]".to_owned(),
        "justified: true".to_owned(),
        "heldAt: \"2026-12-01T00:00:00Z\"".to_owned(),
    ] {
        let map = ask(&app, &lines(&filter)).await;
        assert!(map["dataLocations"]["totalCount"].as_u64().unwrap() > 0, "{filter}: {map}");
    }
    for filter in [
        format!("customerId: \"{customer}\""),
        "actor: \"kartotek-local test-compliance\"".to_owned(),
        "actorKinds: [PERSON]".to_owned(),
        "operations: [\"registerCustomer\"]".to_owned(),
        "kinds: [READ]".to_owned(),
        "outcomes: [ALLOWED]".to_owned(),
        "purposes: [\"OVERSIGHT\"]".to_owned(),
        "categories: [\"user.contact\"]".to_owned(),
        "occurredFrom: \"2020-01-01T00:00:00Z\", occurredTo: \"2099-01-01T00:00:00Z\"".to_owned(),
    ] {
        let log = ask(&app, &format!("auditEvents(filter: {{ {filter} }}) {{ totalCount }}")).await;
        assert!(log["totalCount"].as_u64().unwrap() > 0, "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn pages_from_either_end_agree_in_every_order() {
    let app = TestApp::new().await;
    for order in [
        "REFERENCE_ASC",
        "REFERENCE_DESC",
        "CREATED_AT_ASC",
        "CREATED_AT_DESC",
        "STATUS_SINCE_ASC",
        "STATUS_SINCE_DESC",
    ] {
        let all =
            ask(&app, &format!("customers(orderBy: {order}, first: 200) {{ nodes {{ reference }} }}")).await;
        let all = all["nodes"].as_array().unwrap().clone();
        assert_eq!(all.len(), 24, "{order}");
        for (size, from, to, cursor) in [
            ("first", "after", "hasNextPage", "endCursor"),
            ("last", "before", "hasPreviousPage", "startCursor"),
        ] {
            let (mut found, mut at) = (Vec::new(), Value::Null);
            loop {
                let field = format!(
                    "query ($at: String) {{ customers(orderBy: {order}, {size}: 7, {from}: $at) {{ nodes {{ reference }} pageInfo {{ {to} {cursor} }} }} }}"
                );
                let answer = app.compliance().ask(&field, json!({ "at": at })).await;
                let page = &answer.data()["customers"];
                let nodes = page["nodes"].as_array().unwrap().clone();
                found = if size == "first" { [found, nodes].concat() } else { [nodes, found].concat() };
                if page["pageInfo"][to] == json!(false) {
                    break;
                }
                at = page["pageInfo"][cursor].clone();
            }
            assert_eq!(found, all, "{order} {size}");
        }
    }
    app.finish().await;
}

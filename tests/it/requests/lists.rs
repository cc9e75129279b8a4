//! Requests in lists: filtered, ordered, paged.

use crate::support::{TestApp, request::REQUESTS};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The customers' numbers, in the order of the list.
async fn listed(app: &TestApp, variables: Value) -> Vec<String> {
    let answer = app.compliance().ask(REQUESTS, variables).await;
    let nodes = answer.data()["dataRequests"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["customer"]["reference"].as_str().unwrap()[5..].to_owned()).collect()
}

#[tokio::test]
async fn requests_are_filtered_ordered_and_paged() {
    let app = TestApp::new().await;
    let mut requests = Vec::new();
    for (number, day) in [(1, "2026-02-20"), (2, "2026-02-10"), (3, "2026-02-27")] {
        let customer = app.register(&format!("K-410{number}")).await;
        let received = json!({ "receivedAt": format!("{day}T10:00:00Z") });
        requests.push((customer.clone(), app.submit(&customer, received).await));
    }
    assert_eq!(listed(&app, json!({})).await, ["2", "1", "3"]);
    assert_eq!(listed(&app, json!({ "order": "DUE_AT_DESC" })).await, ["3", "1", "2"]);
    app.extend(&requests[1].1, json!({ "months": 1 })).await.data();
    assert_eq!(listed(&app, json!({})).await, ["1", "3", "2"]);
    assert_eq!(listed(&app, json!({ "order": "RECEIVED_AT_ASC" })).await, ["2", "1", "3"]);
    assert_eq!(listed(&app, json!({ "order": "RECEIVED_AT_DESC" })).await, ["3", "1", "2"]);
    let first = app.compliance().ask(REQUESTS, json!({ "first": 2 })).await;
    let first = &first.data()["dataRequests"];
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let rest = json!({ "first": 2, "after": first["pageInfo"]["endCursor"] });
    assert_eq!(listed(&app, rest).await, ["2"]);
    let back = json!({ "last": 1, "before": first["pageInfo"]["endCursor"] });
    assert_eq!(listed(&app, back).await, ["1"]);
    let foreign = json!({ "order": "RECEIVED_AT_ASC", "after": first["pageInfo"]["endCursor"] });
    assert_eq!(app.compliance().ask(REQUESTS, foreign).await.code(), Some("BAD_USER_INPUT"));

    app.take_back(&requests[2].1).await.data();
    for (filter, expected) in [
        (json!({ "statuses": ["WITHDRAWN"] }), vec!["3"]),
        (json!({ "statuses": ["RECEIVED", "COMPLETED"], "types": ["ERASURE"] }), vec!["1", "2"]),
        (json!({ "customerId": requests[0].0 }), vec!["1"]),
        (json!({ "customerId": "nobody" }), vec![]),
        (json!({ "dueBefore": "2026-03-24T00:00:00Z" }), vec!["1"]),
        (json!({ "receivedFrom": "2026-02-10T10:00:00Z", "receivedTo": "2026-02-20T10:00:00Z" }), vec!["2"]),
        (json!({ "overdue": true }), vec![]),
    ] {
        assert_eq!(listed(&app, json!({ "filter": filter })).await, expected, "{filter}");
    }
    app.advance(TimeDelta::days(60));
    assert_eq!(listed(&app, json!({ "filter": { "overdue": true } })).await, ["1", "2"]);
    assert_eq!(listed(&app, json!({ "filter": { "overdue": false } })).await, ["3"]);
    app.finish().await;
}

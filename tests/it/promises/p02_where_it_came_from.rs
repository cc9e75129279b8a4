//! P2: the data is what customers gave themselves, and each line of the map says by which way, when, and who wrote it down.

use crate::support::TestApp;
use serde_json::{Value, json};

const SOURCES: &str = "{ customer(reference: \"K-2101\") { dataLocations { nodes {
    category { key } system { name } sourceChannel collectedAt documentDate recordedBy heldFrom } } } }";

#[tokio::test]
async fn every_line_says_where_it_came_from() {
    let app = TestApp::new().await;
    let customer = app.register("K-2101").await;
    app.start(&customer, "web-hosting").await;
    let invoicing = app.system_id("Faktureringssystem").await;
    let line = json!({
        "customerId": customer, "category": "user.payment", "systemId": invoicing, "sourceChannel": "MEETING",
        "collectedAt": "2026-02-27T13:30:00Z", "documentDate": "2026-02-28", "externalReference": "F-1",
    });
    assert_eq!(app.record(line.clone()).await.user_errors(), []);

    let sources = async || {
        let answer = app.agent().get(SOURCES).await;
        answer.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone()
    };
    let lines = sources().await;
    let payment = lines.iter().find(|line| line["category"]["key"] == "user.payment").unwrap();
    assert_eq!(
        *payment,
        json!({
            "category": { "key": "user.payment" }, "system": { "name": "Faktureringssystem" },
            "sourceChannel": "MEETING", "collectedAt": "2026-02-27T13:30:00.000000Z", "documentDate": "2026-02-28",
            "recordedBy": "Test agent", "heldFrom": "2026-02-27T13:30:00.000000Z",
        })
    );
    // What Kartotek itself keeps of the profile came the way the customer did.
    let own = lines.iter().filter(|line| line["system"]["name"] == "Kartotek").collect::<Vec<_>>();
    assert!(own.len() == 2 && own.iter().all(|line| line["sourceChannel"] == "EMAIL"), "{own:#?}");

    // Said again by another way, it stays what it was said to be first.
    let again = Value::Object(
        line.as_object()
            .unwrap()
            .clone()
            .into_iter()
            .chain([("sourceChannel".to_owned(), json!("CHAT"))])
            .collect(),
    );
    assert_eq!(app.record(again).await.user_errors(), []);
    assert_eq!(sources().await, lines);
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_collected_in_the_future() {
    let app = TestApp::new().await;
    let customer = app.register("K-2102").await;
    app.start(&customer, "web-hosting").await;
    let invoicing = app.system_id("Faktureringssystem").await;
    for (field, value) in [("collectedAt", "2026-03-02T10:00:00Z"), ("documentDate", "2026-03-03")] {
        let mut line = json!({
            "customerId": customer, "category": "user.payment", "systemId": invoicing, "sourceChannel": "MEETING",
        });
        line[field] = json!(value);
        let expected = [("OUT_OF_RANGE".to_owned(), Some(format!("locations.0.{field}")))];
        assert_eq!(app.record(line).await.user_errors(), expected);
    }
    app.finish().await;
}

//! P18: how much personal data lies where and what for, now and at an earlier time, on screen.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

const COUNT: &str = "query ($by: [InventoryDimension!]!, $filter: InventoryFilter, $asOf: DateTime) {
    inventory(groupBy: $by, filter: $filter, asOf: $asOf) { key { dimension value label } locations } }";

const COUNTED_BY_HAND: &str =
    "SELECT count(*) AS n FROM data_location WHERE held_to IS NULL AND state <> 'LOST_TRACK'";

impl TestApp {
    /// How many lie in each group, by their labels.
    async fn counted(&self, variables: Value) -> BTreeMap<Vec<String>, u64> {
        let answer = self.auditor().ask(COUNT, variables).await;
        let label = |key: &Value| key["label"].as_str().unwrap().to_owned();
        let labels = |row: &Value| row["key"].as_array().unwrap().iter().map(label).collect();
        let rows = answer.data()["inventory"].as_array().unwrap();
        rows.iter().map(|row| (labels(row), row["locations"].as_u64().unwrap())).collect()
    }

    async fn counted_by_hand(&self) -> u64 {
        self.database.count(COUNTED_BY_HAND).await.unsigned_abs()
    }
}

fn key(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

#[tokio::test]
async fn everything_is_in_one_group_and_each_dimension_says_which() {
    let app = TestApp::new().await;
    let all = app.counted_by_hand().await;
    assert!(all > 100, "{all}");
    for by in ["SYSTEM", "THIRD_PARTY", "CATEGORY", "COUNTRY", "SENSITIVITY", "STATE"] {
        let counted = app.counted(json!({ "by": [by] })).await;
        assert_eq!(counted.values().sum::<u64>(), all, "{by}: {counted:?}");
    }
    app.hosted("K-6001").await;
    let host = json!({ "systemIds": [app.system_id("Fjällripan webbservrar").await], "categories": ["user.contact"] });
    let at_the_host = app.counted(json!({ "by": ["THIRD_PARTY", "CATEGORY"], "filter": host })).await;
    let (holder, email) = (at_the_host.keys().next().unwrap()[0].clone(), "E-postadress");
    assert!(at_the_host.contains_key(&key(&[&holder, email])), "{at_the_host:?}");
    let for_what = app.counted(json!({ "by": ["PURPOSE", "SERVICE", "LEGAL_BASIS"], "filter": host })).await;
    assert!(for_what.keys().any(|key| key[1] == "Webbhotell" && key[2] == "CONTRACT"), "{for_what:?}");
    app.finish().await;
}

#[tokio::test]
async fn what_was_there_before_can_be_counted_later() {
    let app = TestApp::new().await;
    let by = json!(["SYSTEM", "CATEGORY"]);
    let before = app.counted(json!({ "by": by })).await;
    let needed = app.counted(json!({ "by": ["SERVICE"] })).await;
    let then = app.now();
    app.advance(TimeDelta::hours(1));
    let (_, subscription) = app.hosted("K-6001").await;
    let with_one_more = app.counted(json!({ "by": by })).await;
    let later = app.now();
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert_ne!(before, with_one_more);
    let at = |moment: chrono::DateTime<chrono::Utc>| json!(moment.to_rfc3339());
    assert_eq!(app.counted(json!({ "by": by, "asOf": at(then) })).await, before);
    assert_eq!(app.counted(json!({ "by": by, "asOf": at(later) })).await, with_one_more);
    assert_eq!(app.counted(json!({ "by": ["SERVICE"], "asOf": at(then) })).await, needed);
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_by_name() {
    let app = TestApp::new().await;
    let soon = json!((app.now() + TimeDelta::days(1)).to_rfc3339());
    let now = json!(app.now().to_rfc3339());
    for (variables, field) in [
        (json!({ "by": [] }), "groupBy"),
        (json!({ "by": ["STATE", "SYSTEM", "STATE"] }), "groupBy"),
        (json!({ "by": ["STATE", "SYSTEM", "COUNTRY", "SERVICE", "PURPOSE"] }), "groupBy"),
        (json!({ "by": ["STATE"], "asOf": now }), "groupBy"),
        (json!({ "by": ["SYSTEM"], "asOf": soon }), "asOf"),
        (json!({ "by": ["SYSTEM"], "asOf": now, "filter": { "states": ["HELD"] } }), "filter.states"),
        (json!({ "by": ["SYSTEM"], "filter": { "countries": ["se"] } }), "filter.countries"),
        (json!({ "by": ["SYSTEM"], "filter": { "categories": ["user.nonsense"] } }), "filter.categories"),
    ] {
        let answer = app.compliance().ask(COUNT, variables.clone()).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{variables}");
        assert_eq!(answer.field().as_deref(), Some(field), "{variables}");
    }
    app.finish().await;
}

/// A number so small that it is somebody in particular has them on record.
#[tokio::test]
async fn so_few_that_it_is_somebody_is_on_record_as_them() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-6001").await;
    let system = app.system_id("Ärendesystem").await;
    let input = json!({ "customerId": customer, "category": "user.contact.phone_number", "systemId": system,
        "sourceChannel": "IMPORT" });
    assert_eq!(app.record(input).await.user_errors(), []);
    let filter = json!({ "systemIds": [system], "categories": ["user.contact.phone_number"] });
    let answer = app.auditor().ask(COUNT, json!({ "by": ["SYSTEM"], "filter": filter })).await;
    let on_record = app.events_as_auditor(&answer).await[0]["subjects"].to_string();
    assert!(on_record.contains("K-6001"), "{on_record}");
    // So is one small group beside large ones, and nobody where all are large.
    let answer = app.auditor().ask(COUNT, json!({ "by": ["SYSTEM", "CATEGORY"] })).await;
    let whose = app.event(&answer).await.subjects;
    let everybody = app.database.count("SELECT count(*) FROM customer").await.unsigned_abs();
    assert!(!whose.is_empty() && (whose.len() as u64) < everybody, "{whose:?}");
    let answer = app.auditor().ask(COUNT, json!({ "by": ["STATE"], "filter": { "states": ["HELD"] } })).await;
    assert_eq!(app.event(&answer).await.subjects.len(), 0);
    app.finish().await;
}

/// Several record, end and add up at once, and the sum stays what there is.
#[tokio::test]
async fn it_stays_exact_while_others_write() {
    let app = TestApp::new().await;
    let mut subscriptions = Vec::new();
    for number in 0..6 {
        subscriptions.push(app.hosted(&format!("K-60{number:02}")).await);
    }
    // As after a thousand statements, and more.
    if app.database.file().is_none() {
        let come_and_gone = "INSERT INTO inventory_count SELECT system_id, category, source_channel, state, one FROM data_location, \
            (VALUES (1), (-1)) AS both_ways (one), generate_series(1, 10)";
        app.database.run(come_and_gone).await;
    }
    let system = app.system_id("Ärendesystem").await;
    let busy = subscriptions.iter().map(async |(customer, subscription)| {
        for number in 0..4 {
            let line = json!({ "customerId": customer, "category": "user.name", "systemId": system,
                "sourceChannel": "EMAIL", "externalReference": format!("case-{number}") });
            assert_eq!(app.record(line).await.user_errors(), []);
            app.fold_inventory().await;
        }
        assert_eq!(app.end(subscription, json!({})).await.user_errors(), []);
    });
    // In one statement, and so of one moment: groups of which the sum says something else than the rows.
    let wrong = "SELECT count(*) FROM (SELECT system_id, category, source_channel, state FROM (SELECT system_id, category, \
        source_channel, state, locations FROM inventory_count UNION ALL SELECT system_id, category, source_channel, state, -1 \
        FROM data_location) x GROUP BY system_id, category, source_channel, state HAVING sum(locations) <> 0) y";
    let (busy, looks) = (futures::future::join_all(busy), AtomicU32::new(0));
    let watching = async {
        loop {
            assert_eq!(app.database.count(wrong).await, 0, "while others write");
            looks.fetch_add(1, Ordering::Relaxed);
        }
    };
    tokio::select! {
        _ = busy => {}
        () = watching => {}
    }
    assert!(looks.into_inner() > 5, "it was hardly looked at");
    let counted = app.counted(json!({ "by": ["STATE"] })).await;
    assert_eq!(counted.values().sum::<u64>(), app.counted_by_hand().await);
    let rows = "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT system_id, category, source_channel, state FROM inventory_count) x) AS n \
        FROM inventory_count";
    let spare = app.database.count(rows).await;
    assert!(spare < 1_000, "{spare} are to be added up");
    app.finish().await;
}

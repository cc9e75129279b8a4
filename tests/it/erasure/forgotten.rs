//! A customer who asked to have everything erased is erased altogether once nothing is left of their profile here.

use crate::support::{TestApp, erase::steps};
use serde_json::json;

#[tokio::test]
async fn whoever_asked_for_everything_is_gone_once_their_profile_is() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-7301").await;
    let request = app.submit(&customer, json!({ "note": "Testsson wrote" })).await;
    app.verify(&request, json!({})).await.data();
    // A service needs it still.
    app.work().await;
    assert_eq!(app.standing(&customer).await["status"], "ACTIVE");
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert_eq!(app.standing(&customer).await["status"], "DORMANT");
    app.work().await;
    let standing = app.standing(&customer).await;
    assert_eq!((&standing["status"], &standing["profile"]), (&json!("ERASED"), &json!(null)));
    assert!(standing["reference"].as_str().unwrap().starts_with("gone-"));
    assert_eq!(app.request(&request).await["note"], json!(null));
    let ledger = steps(&app.ledger());
    assert_eq!(ledger.iter().map(|(step, _)| step.as_str()).collect::<Vec<_>>(), ["INTENT", "DONE"]);
    // What is open elsewhere goes on, and the law keeps what it kept.
    assert_eq!(app.at(&customer, "Faktureringssystem").await[0].1, "RESTRICTED");
    app.work().await;
    assert_eq!((app.sweep().await, app.ledger().len()), (0, 2));
    app.finish().await;
}

/// A part of it is not all; nor is a request of before they came back.
#[tokio::test]
async fn whoever_asked_for_a_part_or_came_back_is_not() {
    let app = TestApp::new().await;
    let customer = app.register("K-7302").await;
    let request = app.submit(&customer, json!({ "categories": ["user"] })).await;
    app.verify(&request, json!({})).await.data();
    app.work().await;
    assert!(app.at(&customer, "Kartotek").await.iter().all(|(_, state)| state == "ERASED"));
    assert_eq!(app.standing(&customer).await["status"], "DORMANT");
    let other = app.register("K-7303").await;
    let request = app.submit(&other, json!({})).await;
    app.verify(&request, json!({})).await.data();
    let subscription = app.start(&other, "web-hosting").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.work().await;
    assert_eq!(app.standing(&other).await["status"], "DORMANT");
    assert!(app.ledger().is_empty());
    app.finish().await;
}

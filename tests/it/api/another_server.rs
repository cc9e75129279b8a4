//! What another server has changed holds at once, also where a server's own copy does not know of it yet.

use crate::support::{TestApp, build::RECORD};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;

/// As another server would after it has counted the change.
const RETIRED: &str = "UPDATE data_category SET retired_at = (SELECT max(occurred_at) FROM audit_event)
    WHERE key IN ('user.social', 'user.payment')";

fn refused(path: &str) -> (String, Option<String>) {
    ("RETIRED".to_owned(), Some(path.to_owned()))
}

#[tokio::test]
async fn what_waits_for_a_category_to_be_retired_finds_it_retired() {
    let app = TestApp::new().await;
    let customer = app.customer_id("K-1001").await;
    let system = app.system_id("Faktureringssystem").await;
    let line = |category: &str, channel: &str| {
        json!({ "customerId": customer, "systemId": system, "category": category, "sourceChannel": channel,
            "externalReference": "another" })
    };
    let lines =
        json!([line("user.name", "PHONE"), line("user.payment", "PHONE"), line("user.social", "IMPORT")]);
    let before = app.database.dump(|table| table == "data_location").await;

    let other = app.database.owner().begin().await.unwrap();
    other.execute_unprepared("UPDATE catalog_version SET version = version + 1").await.unwrap();
    other.execute_unprepared(RETIRED).await.unwrap();
    let agent = app.agent();
    let asked = agent.ask(RECORD, json!({ "input": { "locations": lines } }));
    let (answer, ()) = tokio::join!(asked, async {
        // The other is not done yet, and what was asked meanwhile waits for it, or begins after it.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        other.commit().await.unwrap();
    });
    assert_eq!(answer.user_errors(), [refused("locations.1.category"), refused("locations.2.category")]);
    assert_eq!(app.database.dump(|table| table == "data_location").await, before);
    app.finish().await;
}

#[tokio::test]
async fn reference_data_refers_to_nothing_that_was_retired_a_moment_ago() {
    let app = TestApp::new().await;
    app.database.run(RETIRED).await;
    app.database
        .run("UPDATE purpose SET retired_at = (SELECT max(occurred_at) FROM audit_event) WHERE key = 'INVOICE'")
        .await;
    let rule = "mutation { setRetentionRule(input: { category: \"user.payment\", purpose: \"INVOICE\", keepFor: \"P7Y\",
        countedFrom: COLLECTED, statute: \"En lag\" }) { userErrors { code field } } }";
    let answer = app.compliance().get(rule).await;
    assert_eq!(answer.user_errors(), [refused("category"), refused("purpose")]);

    let (service, system) = (app.service_id("consulting").await, app.system_id("Projektdatabas").await);
    let needs = format!(
        "mutation {{ setDataRequirements(input: {{ serviceId: \"{service}\", requirements: [{{
         category: \"user.payment\", purpose: \"INVOICE\", systemId: \"{system}\", onEnd: ERASE }}] }}) {{
         userErrors {{ code field }} }} }}"
    );
    let answer = app.compliance().get(&needs).await;
    let expected = [refused("requirements.0.category"), refused("requirements.0.purpose")];
    assert_eq!(answer.user_errors(), expected);
    app.finish().await;
}

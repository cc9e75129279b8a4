//! P1: only what the services ordered need, and what the law requires, may be where it is.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};

const WHY: &str = "query ($reference: String, $justified: Boolean) { customer(reference: $reference) {
    dataLocations(filter: { justified: $justified }) { nodes { category { key } system { name } sourceChannel
        justifications { kind until retentionRule { statute } } } } } }";

async fn map(app: &TestApp, reference: &str, justified: Option<bool>) -> Vec<Value> {
    let variables = json!({ "reference": reference, "justified": justified });
    let answer = app.agent().ask(WHY, variables).await;
    answer.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone()
}

fn line(customer: &str, category: &str, system: &str, channel: &str) -> Value {
    json!({ "customerId": customer, "category": category, "systemId": system, "sourceChannel": channel })
}

#[tokio::test]
async fn what_nothing_needs_is_refused_and_what_lies_there_already_shows() {
    let app = TestApp::new().await;
    let customer = app.register("K-2001").await;
    let invoicing = app.system_id("Faktureringssystem").await;
    let refused = app.record(line(&customer, "user.payment", &invoicing, "PHONE")).await;
    assert_eq!(refused.user_errors(), [("NOT_JUSTIFIED".to_owned(), Some("locations.0".to_owned()))]);

    app.start(&customer, "web-hosting").await;
    let recorded = app.record(line(&customer, "user.payment", &invoicing, "PHONE")).await;
    assert_eq!(recorded.user_errors(), []);

    // Nothing in the demo needs a date of birth; an import says that it is there all the same.
    let projects = app.system_id("Projektdatabas").await;
    let imported = app.record(line(&customer, "user.demographic.date_of_birth", &projects, "IMPORT")).await;
    assert_eq!(imported.user_errors(), []);
    let unjustified = map(&app, "K-2001", Some(false)).await;
    assert_eq!(unjustified.len(), 1, "{unjustified:#?}");
    assert_eq!(unjustified[0]["category"]["key"], "user.demographic.date_of_birth");
    assert_eq!(unjustified[0]["justifications"], json!([]));
    let officer = app.compliance();
    let whose = officer
        .get("{ customers(filter: { unjustified: true, referencePrefix: \"K-2\" }) { totalCount } }")
        .await;
    assert_eq!(whose.data()["customers"]["totalCount"], 1);
    app.finish().await;
}

#[tokio::test]
async fn grace_and_law_keep_what_they_keep_and_no_longer() {
    let app = TestApp::new().await;
    let customer = app.register("K-2002").await;
    app.start(&customer, "web-hosting").await;
    let (crm, invoicing) = (app.system_id("Kundregister").await, app.system_id("Faktureringssystem").await);
    for (category, system) in [("user.name", &crm), ("user.name", &invoicing)] {
        assert_eq!(app.record(line(&customer, category, system, "PHONE")).await.user_errors(), []);
    }
    // Ended today (2 March 2026): thirty days of grace, and the books to the end of the seventh year.
    app.database
        .run("UPDATE subscription SET ended_at = started_at WHERE customer_id = (SELECT id FROM customer WHERE reference = 'K-2002')")
        .await;
    let justified = async |days: i64| {
        app.advance(TimeDelta::days(days));
        let lines = map(&app, "K-2002", Some(true)).await;
        lines.iter().map(|line| line["system"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let at = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let within = justified(30).await;
    assert!(at(&within, "Kundregister") && at(&within, "Faktureringssystem"), "{within:?}");
    let after = justified(1).await;
    assert!(!at(&after, "Kundregister") && at(&after, "Faktureringssystem"), "{after:?}");
    let kept = map(&app, "K-2002", Some(true)).await;
    let why =
        &kept.iter().find(|line| line["system"]["name"] == "Faktureringssystem").unwrap()["justifications"];
    assert_eq!(
        *why,
        json!([{ "kind": "RETENTION_RULE", "until": "2033-12-31T23:00:00.000000Z",
            "retentionRule": { "statute": "bokföringslagen (1999:1078) 7 kap. 2 §" } }])
    );
    // The last day of 2033 is 2,829 days on; a day later nothing of it may be there.
    assert!(at(&justified(2_829).await, "Faktureringssystem"));
    assert_eq!(justified(2).await, Vec::<String>::new());
    app.finish().await;
}

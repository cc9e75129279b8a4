//! P17: a script anonymizes any selection of customers: dry run first, resumable, idempotent, with progress.

use crate::support::{TestApp, audit};
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_script_looks_first_and_then_does_exactly_that_once() {
    let app = TestApp::reachable().await;
    let list = app.file("list", app.registered(8500..8504).await.join("\n"));
    let mut ids = BTreeSet::new();
    for n in 8500..8504 {
        ids.insert(app.customer_id(&format!("K-{n}")).await);
    }
    let officer = app.compliance();
    let (_, plan) = app.new_file("plan.json");
    let dry_run =
        ["--references", &list, "--reason", "Gallring 2026", "--dry-run", "--plan-out", &plan, "--json"];
    let previewed = app.ran(officer.anonymize(&dry_run)).await.ended(0, "").lines().pop().unwrap();
    assert_eq!((&previewed["plan"]["customerCount"], &previewed["job"]["done"]), (&json!(4), &json!(0)));
    for id in &ids {
        assert_eq!(app.standing(id).await["status"], "DORMANT");
    }

    // Nobody follows it, and it is done all the same; whoever comes later sees how far it is.
    let carry_out = ["--plan", &plan, "--yes", "--no-wait"];
    let accepted = app.ran_alone(officer.anonymize(&carry_out)).await.ended(0, "").json();
    let again = app.ran_alone(officer.anonymize(&carry_out)).await.ended(0, "").json();
    assert_eq!(again["job"]["id"], accepted["job"]["id"]);
    let follow = ["--job", accepted["job"]["id"].as_str().unwrap(), "--json"];
    let lines = app.ran(officer.anonymize(&follow)).await.ended(0, "").lines();
    // It may be over before the first look.
    assert!(lines.iter().any(|line| line["event"] == "progress"), "{lines:?}");
    assert_eq!(lines.last().unwrap()["job"]["done"], 4);

    // Each is anonymized, by one event that names them.
    for id in &ids {
        assert_eq!(app.standing(id).await["status"], "ANONYMIZED");
    }
    let all = audit::all(&app.database).await;
    let gone = all.iter().filter(|event| event.operation == "anonymizeCustomers" && event.kind == "DISPOSE");
    assert_eq!(gone.map(|event| event.changed.len()).sum::<usize>(), 4);
    app.finish().await;
}

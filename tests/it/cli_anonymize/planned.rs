//! First what it would be, in a file, then exactly that.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt};

const REASON: &str = "Gallring 2026";

#[tokio::test]
async fn a_dry_run_writes_a_plan_and_the_plan_is_what_is_done() {
    let app = TestApp::reachable().await;
    let references = app.registered(8000..8003).await;
    let list = app.file("list", references.join("\n"));
    let (path, plan) = app.new_file("plan.json");
    let officer = app.compliance();
    let dry_run =
        ["--references", &list, "--reason", REASON, "--dry-run", "--plan-out", &plan, "--output", "json"];
    let ran = app.ran(officer.anonymize(&dry_run)).await;
    let previewed = ran.ended(0, "").json();
    assert_eq!((&previewed["job"]["state"], &previewed["exitCode"]), (&json!("PREVIEW"), &json!(0)));
    assert_eq!((&previewed["plan"]["customerCount"], ran.failures()), (&json!(3), vec![]));
    // Three are fewer than five, and whoever reads it is told what to do.
    let small = &previewed["plan"]["smallGroups"];
    assert_eq!((&small["below"], &small["customerCount"]), (&json!(5), &json!(3)));
    ran.ended(0, "3 customers would be in groups of fewer than 5");
    let job = previewed["job"]["id"].as_str().unwrap();
    let table = app.ran(officer.anonymize(&["--job", job, "--output", "table"])).await;
    assert!(table.out.contains("small groups  1 of fewer than 5, with 3 customers"), "{table:?}");
    assert!(table.out.contains("SIZE  KIND"), "{table:?}");
    assert_eq!(
        app.standing(&app.customer_id("K-8000").await).await["status"],
        "DORMANT",
        "nothing has changed"
    );

    let written = serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        (&written["planHash"], &written["customerCount"], &written["reason"]),
        (&previewed["plan"]["planHash"], &json!(3), &json!(REASON))
    );
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // Somebody's file stays as it is, and nothing was asked for.
    let again = app.ran(officer.anonymize(&dry_run)).await;
    again.ended(2, "is there already");
    assert_eq!(serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap(), written);

    // Whoever agrees, agrees to what is done: a file that says something else is none.
    for (name, value) in
        [("customerCount", json!(1)), ("planHash", json!("0".repeat(64))), ("failed", json!(2))]
    {
        let mut other = written.clone();
        other[name] = value;
        let changed = app.file("changed", other.to_string());
        let ran = app.ran(officer.anonymize(&["--plan", &changed, "--yes"])).await;
        ran.ended(1, "PLAN_CHANGED: the file says something else").ended(1, "--plan-out FILE");
    }

    let ids = [app.customer_id("K-8000").await, app.customer_id("K-8002").await];
    let ran = app.ran(officer.anonymize(&["--plan", &plan, "--yes"])).await;
    let done = ran.ended(0, "").json();
    assert_eq!((&done["job"]["done"], &done["job"]["failed"]), (&json!(3), &json!(0)), "{ran:?}");
    assert_eq!(done["job"]["reason"], REASON);
    for id in &ids {
        assert_eq!(app.standing(id).await["status"], "ANONYMIZED");
    }
    // A plan is carried out once: the same command again is the same job.
    let again = app.ran(officer.anonymize(&["--plan", &plan, "--yes"])).await;
    assert_eq!(again.ended(0, "").json()["job"]["id"], done["job"]["id"]);
    let other = ["--plan", &plan, "--yes", "--idempotency-key", "other"];
    app.ran(officer.anonymize(&other)).await.ended(1, "PLAN_CHANGED (planHash)").ended(1, "make a new plan");
    app.finish().await;
}

/// Whoever came back since stays; and nothing is done by a plan that is too old.
#[tokio::test]
async fn what_a_plan_does_not_say_any_more_is_not_done() {
    let app = TestApp::reachable().await;
    let references = app.registered(8010..8013).await;
    let list = app.file("list", references.join("\r\n"));
    let (_, plan) = app.new_file("plan.json");
    let officer = app.compliance();
    let dry_run = ["--references", &list, "--reason", REASON, "--dry-run", "--plan-out", &plan];
    app.ran(officer.anonymize(&dry_run)).await.ended(0, "");
    let back = app.customer_id("K-8011").await;
    app.start(&back, "web-hosting").await;
    let ran = app.ran(officer.anonymize(&["--plan", &plan, "--yes"])).await;
    let done = ran.ended(3, "could not be done with 1 customers").json();
    assert_eq!((&done["job"]["done"], &done["job"]["failed"]), (&json!(2), &json!(1)));
    assert_eq!(ran.failures(), [("K-8011".to_owned(), "PLAN_CHANGED".to_owned())]);
    assert_eq!(app.standing(&back).await["status"], "ACTIVE");

    app.registered(8013..8014).await;
    let (list, (_, plan)) = (app.file("list", "K-8013\n"), app.new_file("later.json"));
    let dry_run = ["--references", &list, "--reason", REASON, "--dry-run", "--plan-out", &plan];
    app.ran(officer.anonymize(&dry_run)).await.ended(0, "");
    app.advance(TimeDelta::hours(25));
    let late = app.ran(app.compliance().anonymize(&["--plan", &plan, "--yes"])).await;
    late.ended(1, "PLAN_").ended(1, "make a new plan");
    assert_eq!(late.out, "");
    app.finish().await;
}

/// Whom a dry run finds that it cannot be done with is named, too.
#[tokio::test]
async fn a_dry_run_names_those_with_whom_it_cannot_be_done() {
    let app = TestApp::reachable().await;
    app.registered(8020..8021).await;
    let list = app.file("list", "\u{feff}K-8020\n\n  K-NOBODY \n");
    let dry_run = ["--references", &list, "--reason", REASON, "--dry-run"];
    let ran = app.ran(app.compliance().anonymize(&dry_run)).await;
    ran.ended(3, "each is named");
    assert_eq!(ran.failures(), [("K-NOBODY".to_owned(), "NOT_FOUND".to_owned())]);
    assert!(!ran.err.contains("K-NOBODY"), "numbers are data: {ran:?}");
    app.finish().await;
}

//! What is lost, what is on no map, and what was disposed of and is there again.

use super::target::{Target, targets};
use crate::support::{
    TestApp,
    reconcile::{difference, differences},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const CRM: &str = "Kundregister";

async fn connected(target: &Target) -> TestApp {
    let app = TestApp::new().await;
    assert_eq!(app.connect(CRM, target.connector()).await.user_errors(), []);
    app
}

fn state(state: &str) -> Vec<(String, String)> {
    vec![("user.name".to_owned(), state.to_owned())]
}

async fn kinds(app: &TestApp, customer: &str) -> Vec<String> {
    let found = app.findings(json!({ "customerId": customer,
        "kinds": ["LOST_TRACK", "UNMAPPED_RECORD", "DATA_CAME_BACK"] }));
    found.await.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

/// A line that is not there is lost and a finding; once it is there again, it is used as it was.
#[tokio::test]
async fn what_is_not_found_is_lost_until_it_is_found_again() {
    for target in targets().await {
        let app = connected(&target).await;
        let (there, _) = app.hosted("K-7001").await;
        let (gone, _) = app.hosted("K-7002").await;
        target.add("K-7001-1", Some("Karin"), None).await;
        app.advance(TimeDelta::minutes(1));
        let compared = app.compare(CRM, json!({})).await;
        assert_eq!((&compared["state"], &compared["error"]), (&json!("SUCCEEDED"), &Value::Null));
        assert_eq!(compared["matched"], 1);
        assert_eq!(
            differences(&compared, "K-70"),
            [difference("MISSING_IN_SYSTEM", Some("K-7002"), "user.name", None)]
        );
        assert_eq!(compared["system"]["reconciledAt"], compared["finishedAt"]);
        assert_eq!(
            (app.at(&there, CRM).await, app.at(&gone, CRM).await),
            (state("HELD"), state("LOST_TRACK"))
        );
        assert_eq!(
            (kinds(&app, &there).await, kinds(&app, &gone).await),
            (vec![], vec!["LOST_TRACK".to_owned()])
        );
        // It stays lost, and a difference, for as long as it is not found.
        app.sweep().await;
        let again = app.compare(CRM, json!({})).await;
        assert_eq!(differences(&again, "K-70"), differences(&compared, "K-70"));
        target.add("K-7002-1", Some("Nils"), None).await;
        let found = app.compare(CRM, json!({})).await;
        assert_eq!((differences(&found, "K-70"), &found["matched"]), (vec![], &json!(2)));
        assert_eq!(app.at(&gone, CRM).await, state("HELD"));
        assert_eq!(kinds(&app, &gone).await, [""; 0]);
        app.finish().await;
        target.finish().await;
    }
}

/// Whoever says where it is has found it.
#[tokio::test]
async fn what_was_lost_and_is_recorded_again_is_found() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let (customer, _) = app.hosted("K-7003").await;
    app.compare(CRM, json!({})).await;
    assert_eq!(app.at(&customer, CRM).await, state("LOST_TRACK"));
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "EMAIL",
        "systemId": app.system_id(CRM).await, "externalReference": "K-7003-1" });
    assert_eq!(app.record(line).await.user_errors(), []);
    assert_eq!(app.at(&customer, CRM).await, state("HELD"));
    app.finish().await;
    target.finish().await;
}

/// Nobody may say that it is gone by just not finding it: its holder is asked, and a person attests it.
#[tokio::test]
async fn what_is_lost_is_asked_for_once_nothing_needs_it() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let (lost, ends) = app.hosted("K-7003").await;
    let (late, ends_too) = app.hosted("K-7005").await;
    app.compare(CRM, json!({})).await;
    for (customer, subscription) in [(&lost, &ends), (&late, &ends_too)] {
        assert_eq!(app.at(customer, CRM).await, state("LOST_TRACK"));
        assert_eq!(app.end(subscription, json!({})).await.user_errors(), []);
    }
    // While its grace runs it may be needed again, and is looked for.
    assert_eq!(app.at(&lost, CRM).await, state("DISPOSAL_PENDING"));
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    target.add("K-7005-1", Some("Karin"), None).await;
    app.work().await;
    assert_eq!(app.at(&late, CRM).await, state("ERASED"));
    let task = app.task_at(&lost, CRM).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("NEEDS_HUMAN"), &Value::Null), "{task}");
    assert_eq!(app.complete(&task, json!({ "outcome": "NOTHING_FOUND" })).await.user_errors(), []);
    assert_eq!(app.at(&lost, CRM).await, state("ERASED"));
    assert_eq!(kinds(&app, &lost).await, [""; 0]);
    app.finish().await;
    target.finish().await;
}

/// What is on no map is a finding, until it is on one or is there no longer.
#[tokio::test]
async fn what_is_on_no_map_is_a_finding() {
    for target in targets().await {
        let app = connected(&target).await;
        let (customer, _) = app.hosted("K-7004").await;
        target.add("K-7004-1", Some("Karin"), Some("karin@example.com")).await;
        target.add("K-7099-1", Some("Nobody"), None).await;
        // A mask made it so: there is nobody in it.
        target.add("K-7098-1", Some("X"), None).await;
        let compared = app.compare(CRM, json!({})).await;
        assert_eq!(
            differences(&compared, "K-70"),
            [
                difference("MISSING_ON_MAP", None, "user.name", Some("K-7099-1")),
                difference("MISSING_ON_MAP", Some("K-7004"), "user.contact.email", Some("K-7004-1")),
            ]
        );
        assert_eq!(kinds(&app, &customer).await, ["UNMAPPED_RECORD"]);
        let all = app.findings(json!({ "kinds": ["UNMAPPED_RECORD"] })).await;
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|one| one["subject"]["__typename"] == "ReconciliationDifference"), "{all:?}");
        assert!(!format!("{all:?}").contains("7099"), "{all:?}");
        let line = json!({ "customerId": customer, "category": "user.contact.email", "sourceChannel": "IMPORT",
            "systemId": app.system_id(CRM).await, "externalReference": "K-7004-1" });
        assert_eq!(app.record(line).await.user_errors(), []);
        assert_eq!(kinds(&app, &customer).await, [""; 0]);
        target.run("DELETE FROM people WHERE number = 'K-7099-1'").await;
        assert_eq!(differences(&app.compare(CRM, json!({})).await, "K-70"), []);
        assert!(app.findings(json!({ "kinds": ["UNMAPPED_RECORD"] })).await.is_empty());
        // The earlier one no longer says under which reference it was.
        let kept = app.database.texts(
            "SELECT external_reference FROM reconciliation_difference WHERE external_reference IS NOT NULL",
        );
        assert_eq!(kept.await, [""; 0]);
        app.finish().await;
        target.finish().await;
    }
}

/// What was disposed of and is there again is disposed of again; what a mask left is not.
#[tokio::test]
async fn what_comes_back_goes_again() {
    for target in targets().await {
        let app = connected(&target).await;
        app.connect(CRM, target.known_by("number", "REFERENCE")).await;
        let (customer, subscription) = app.hosted("K-7005").await;
        target.add("K-7005", Some("Karin"), None).await;
        assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
        app.advance(TimeDelta::days(400));
        app.sweep().await;
        app.work().await;
        assert_eq!(app.at(&customer, CRM).await, state("ERASED"));
        app.advance(TimeDelta::days(1));
        assert_eq!(differences(&app.compare(CRM, json!({})).await, "K-70"), []);
        // Restored from a backup.
        target.run("UPDATE people SET name = 'Karin' WHERE number = 'K-7005'").await;
        let compared = app.compare(CRM, json!({})).await;
        assert_eq!(
            differences(&compared, "K-70"),
            [difference("STILL_THERE", Some("K-7005"), "user.name", None)]
        );
        let mut states = app.at(&customer, CRM).await;
        states.sort();
        assert_eq!(states, [state("DISPOSAL_PENDING"), state("ERASED")].concat());
        let tasks = app.tasks_at(&customer, CRM).await;
        let open = tasks.iter().filter(|task| task["state"] == "PENDING").map(|task| &task["cause"]);
        assert_eq!(open.collect::<Vec<_>>(), ["RECONCILIATION"]);
        assert_eq!(kinds(&app, &customer).await, ["DATA_CAME_BACK"]);
        app.work().await;
        assert_eq!(app.at(&customer, CRM).await, [state("ERASED"), state("ERASED")].concat());
        assert_eq!(kinds(&app, &customer).await, [""; 0]);
        app.advance(TimeDelta::days(1));
        assert_eq!(differences(&app.compare(CRM, json!({})).await, "K-70"), []);
        app.finish().await;
        target.finish().await;
    }
}

/// A line on its way out that is not there is told, and its task is left alone.
#[tokio::test]
async fn a_task_finds_out_by_itself_that_nothing_is_there() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let customer = app.gone("K-7006").await;
    let compared = app.compare(CRM, json!({})).await;
    assert_eq!(
        differences(&compared, "K-70"),
        [difference("MISSING_IN_SYSTEM", Some("K-7006"), "user.name", None)]
    );
    assert_eq!(app.at(&customer, CRM).await, state("DISPOSAL_PENDING"));
    assert_eq!(app.task_at(&customer, CRM).await["state"], "PENDING");
    app.finish().await;
    target.finish().await;
}

/// Only the one customer, and nobody else, is looked for and changed.
#[tokio::test]
async fn one_customer_by_themselves() {
    for target in targets().await {
        let app = connected(&target).await;
        let (one, _) = app.hosted("K-7007").await;
        let (other, _) = app.hosted("K-7008").await;
        target.add("K-7099-1", Some("Nobody"), None).await;
        target.add("K-7007-1", None, Some("k@example.com")).await;
        let compared = app.compare(CRM, json!({ "customerId": one })).await;
        assert_eq!(compared["customer"]["reference"], "K-7007");
        assert_eq!(
            differences(&compared, "K-70"),
            [
                difference("MISSING_IN_SYSTEM", Some("K-7007"), "user.name", None),
                difference("MISSING_ON_MAP", Some("K-7007"), "user.contact.email", Some("K-7007-1")),
            ]
        );
        assert_eq!(
            (app.at(&one, CRM).await, app.at(&other, CRM).await),
            (state("LOST_TRACK"), state("HELD"))
        );
        assert_eq!(compared["system"]["reconciledAt"], Value::Null);
        app.finish().await;
        target.finish().await;
    }
}

/// A map that nobody compares is a finding, where the program could.
#[tokio::test]
async fn a_map_that_is_not_checked_is_a_finding() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let overdue = || app.found(json!({ "kinds": ["RECONCILIATION_OVERDUE"] }));
    assert_eq!(overdue().await, []);
    app.advance(TimeDelta::days(91));
    let found = overdue().await;
    assert_eq!(
        found,
        [("RECONCILIATION_OVERDUE".to_owned(), "System".to_owned(), None, Some(CRM.to_owned()))]
    );
    app.compare(CRM, json!({})).await;
    assert_eq!(overdue().await, []);
    app.finish().await;
    target.finish().await;
}

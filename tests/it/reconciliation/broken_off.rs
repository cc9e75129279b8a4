//! Runs that meet others, fail, or are killed on their way.

use super::target::{Target, targets};
use crate::support::{
    TestApp,
    broken_off::{broken_off_after, steps_of},
    dump::Dump,
    reconcile::{difference, differences},
};
use chrono::TimeDelta;
use kartotek::{
    access::Stop,
    domain::reconciliation::{AllRead, CompareLines, LeaseReconciliation},
};
use serde_json::{Value, json};
use std::time::Duration;

const CRM: &str = "Kundregister";

async fn connected(target: &Target) -> TestApp {
    let app = TestApp::new().await;
    assert_eq!(app.connect(CRM, target.connector()).await.user_errors(), []);
    app
}

async fn the_map(app: &TestApp) -> Dump {
    app.database.dump(|table| ["data_location", "task", "reconciliation_difference"].contains(&table)).await
}

async fn put_aside(app: &TestApp) -> usize {
    app.database.rows("SELECT key FROM reconciliation_found").await.len()
}

#[tokio::test]
async fn there_is_one_at_a_time() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let id = app.ask_to_compare(CRM, json!({})).await;
    let second = app.reconcile(CRM, json!({})).await;
    assert_eq!(second.user_errors(), [("ALREADY_RUNNING".to_owned(), Some("systemId".to_owned()))]);
    let by_hand = app.reconcile("Ärendesystem", json!({})).await;
    assert_eq!(by_hand.user_errors()[0].0, "CONNECTOR_UNSUITABLE");
    let nobody = app.reconcile(CRM, json!({ "customerId": "x" })).await;
    assert_eq!(nobody.user_errors(), [("NOT_FOUND".to_owned(), Some("customerId".to_owned()))]);
    assert_eq!(app.worker().reconcile().await.unwrap(), 1);
    assert_eq!(app.worker().reconcile().await.unwrap(), 0);
    assert_eq!(app.comparison(&id).await["state"], "SUCCEEDED");
    assert_eq!(app.reconcile(CRM, json!({})).await.user_errors(), []);
    app.finish().await;
    target.finish().await;
}

/// Two who ask at once: the database lets one of them.
#[tokio::test]
async fn of_two_who_ask_at_once_one_is_refused() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let (one, other) = tokio::join!(app.reconcile(CRM, json!({})), app.reconcile(CRM, json!({})));
    let mut refused = [one.user_errors(), other.user_errors()].concat();
    refused.sort();
    assert_eq!(refused, [("ALREADY_RUNNING".to_owned(), Some("systemId".to_owned()))]);
    app.finish().await;
    target.finish().await;
}

/// What cannot be read to the end changes nothing, and says why without a value.
#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    for target in targets().await {
        let app = connected(&target).await;
        app.hosted("K-7101").await;
        target.add("K-7199-1", Some("Nobody"), None).await;
        let before = the_map(&app).await;
        let mut mapping = target.connector();
        let mut orders = mapping["sql"]["tables"][0].clone();
        orders["table"] = json!("orders");
        mapping["sql"]["tables"].as_array_mut().unwrap().push(orders);
        let mut column = target.connector();
        column["sql"]["tables"][0]["columns"][1]["column"] = json!("e_mail");
        let mut away = target.connector();
        away["sql"]["url"] = json!("postgres://127.0.0.1:1/crm");
        for (wrong, said) in [(mapping, "orders"), (column, "e_mail"), (away, "The database")] {
            assert_eq!(app.connect(CRM, wrong).await.user_errors(), []);
            let compared = app.compare(CRM, json!({})).await;
            assert_eq!(compared["state"], "FAILED", "{compared:#}");
            let error = compared["error"].as_str().unwrap();
            assert!(error.contains(said) && !error.contains("K-7199"), "{error}");
            assert_eq!(
                (&compared["matched"], &compared["differences"]["totalCount"]),
                (&json!(0), &json!(0))
            );
            assert_eq!(compared["system"]["reconciledAt"], Value::Null);
            assert_eq!((the_map(&app).await, put_aside(&app).await), (before.clone(), 0));
        }
        let failing = app.findings(json!({ "kinds": ["CONNECTOR_FAILING"] })).await;
        assert_eq!(failing.len(), 1, "{failing:?}");
        app.finish().await;
        target.finish().await;
    }
}

/// Whoever has it in hand for too long finds that somebody else has, and what they say does not count. Whoever dies each
/// time before it is read is not waited for for ever.
#[tokio::test]
async fn a_stale_workers_word_does_not_count() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    let id = app.ask_to_compare(CRM, json!({})).await;
    let worker = || app.server.door.program("worker", "test");
    let stale = worker().write(LeaseReconciliation).await.unwrap().unwrap();
    assert!(worker().write(LeaseReconciliation).await.unwrap().is_none(), "it is in hand");
    app.advance(TimeDelta::minutes(6));
    let fresh = worker().write(LeaseReconciliation).await.unwrap().unwrap();
    assert_eq!((fresh.id, fresh.lease), (stale.id, stale.lease + 1));
    let read = AllRead { id: stale.id, lease: stale.lease };
    assert!(matches!(worker().write(read).await, Err(Stop::Refused(_))));
    for _ in 0..4 {
        app.advance(TimeDelta::minutes(6));
        assert!(worker().write(LeaseReconciliation).await.unwrap().is_some());
    }
    app.advance(TimeDelta::minutes(6));
    assert_eq!(app.worker().reconcile().await.unwrap(), 1);
    assert_eq!(app.comparison(&id).await["state"], "FAILED");
    app.finish().await;
    target.finish().await;
}

/// Killed anywhere on its way, it comes to the same end, and nothing is told twice.
#[tokio::test]
async fn killed_anywhere_it_comes_to_the_same_end() {
    let target = targets().await.remove(0);
    let app = connected(&target).await;
    app.connect(CRM, target.known_by("number", "EXTERNAL_REFERENCE")).await;
    app.hosted("K-7102").await;
    app.hosted("K-7103").await;
    target.add("K-7102-1", Some("Karin"), Some("k@example.com")).await;
    target.add("K-7199-1", Some("Nobody"), None).await;
    let expected = [
        difference("MISSING_IN_SYSTEM", Some("K-7103"), "user.name", None),
        difference("MISSING_ON_MAP", None, "user.name", Some("K-7199-1")),
        difference("MISSING_ON_MAP", Some("K-7102"), "user.contact.email", Some("K-7102-1")),
    ];
    app.ask_to_compare(CRM, json!({})).await;
    let all = steps_of(app.worker().reconcile()).await;
    let mut expected = expected.to_vec();
    expected.sort();
    for at in 0..12 {
        app.database.run("UPDATE data_location SET state = 'HELD' WHERE state = 'LOST_TRACK'").await;
        app.advance(TimeDelta::minutes(1));
        let id = app.ask_to_compare(CRM, json!({})).await;
        let worker = app.worker();
        let broken_off = broken_off_after(all * at / 12, worker.reconcile()).await;
        assert!(broken_off.is_none_or(|made| made.is_ok()), "{at}");
        // The dead one's transaction may take a moment to be rolled back.
        let mut compared = app.comparison(&id).await;
        for _ in 0..10 {
            app.advance(TimeDelta::minutes(6));
            app.worker().reconcile().await.unwrap();
            compared = app.comparison(&id).await;
            if compared["state"] != "RUNNING" {
                break;
            }
            tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await.unwrap_err();
        }
        assert_eq!((&compared["state"], &compared["matched"]), (&json!("SUCCEEDED"), &json!(1)), "{at}");
        assert_eq!(differences(&compared, "K-71"), expected, "{at}");
        assert_eq!(put_aside(&app).await, 0, "{at}");
    }
    app.finish().await;
    target.finish().await;
}

/// What changed while the system was read is not judged by what was read.
#[tokio::test]
async fn what_changes_meanwhile_is_left_alone() {
    for target in targets().await {
        let app = connected(&target).await;
        app.connect(CRM, target.known_by("number", "REFERENCE")).await;
        let (going, subscription) = app.hosted("K-7104").await;
        target.add("K-7104", Some("Karin"), None).await;
        assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
        app.advance(TimeDelta::days(400));
        app.sweep().await;
        let id = app.ask_to_compare(CRM, json!({})).await;
        let worker = || app.server.door.program("worker", "test");
        let (leased, settings) = app.begin_to_compare().await;
        app.review_all().await;
        // Now one is recorded, and the other's is disposed of.
        let (new, _) = app.hosted("K-7105").await;
        app.work().await;
        assert_eq!(app.at(&going, CRM).await[0].1, "ERASED");
        worker().write(AllRead { id: leased.id, lease: leased.lease }).await.unwrap();
        let compare = CompareLines {
            catalog: app.server.catalogs.current(),
            id: leased.id,
            lease: leased.lease,
            settings,
        };
        while worker().write(compare.clone()).await.unwrap() {}
        app.advance(TimeDelta::minutes(6));
        assert_eq!(app.worker().reconcile().await.unwrap(), 1);
        assert_eq!(differences(&app.comparison(&id).await, "K-710"), []);
        assert_eq!((app.at(&new, CRM).await[0].1.as_str(), app.at(&going, CRM).await.len()), ("HELD", 1));
        app.finish().await;
        target.finish().await;
    }
}

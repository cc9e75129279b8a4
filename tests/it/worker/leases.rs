//! Many workers, some of whom die or dawdle: each task is done once.

use crate::support::{
    TestApp,
    broken_off::broken_off_after,
    connect::{Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use futures::{StreamExt, stream};
use kartotek::{
    access::{Code, Stop},
    connector::{Answer, Evidence},
    domain::task::{LeaseTasks, SettleAttempt},
};
use serde_json::json;
use std::time::Duration;

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";
const DESK: &str = "Ärendesystem";

async fn gone(app: &TestApp, reference: &str) -> String {
    let (customer, subscription) = app.hosted(reference).await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    customer
}

/// Who had a task in hand for too long finds that somebody else has it, and what they say does not count.
#[tokio::test]
async fn a_stale_workers_result_is_refused() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("K-5401-1", "Karin", "k@example.com")]).await;
    app.connect(CRM, crm.connector()).await;
    let customer = gone(&app, "K-5401").await;
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    let catalog = app.server.catalogs.current();
    let system = catalog.systems.values().find(|system| system.name == CRM).unwrap().id;
    let lasts = TimeDelta::minutes(5);
    let lease = || {
        let connectors = app.server.connectors.clone();
        LeaseTasks { catalog: catalog.clone(), connectors, system, most: 10, lasts }
    };
    let worker = || app.server.door.program("worker", "test");
    let stale = worker().write(lease()).await.unwrap().remove(0);
    assert!(worker().write(lease()).await.unwrap().is_empty(), "it is in hand");
    let by_hand = app.complete(&app.task_at(&customer, CRM).await, json!({})).await;
    assert_eq!(by_hand.user_errors()[0].0, "TASK_RUNNING");
    app.advance(TimeDelta::minutes(5));
    let fresh = worker().write(lease()).await.unwrap().remove(0);
    assert_eq!((fresh.task, fresh.call.key), (stale.task, stale.call.key));
    assert!(fresh.lease > stale.lease);
    let settle = |lease| SettleAttempt {
        catalog: catalog.clone(),
        task: stale.task,
        lease,
        came: Ok(Answer::Done(Evidence::ReadBack { rows: 1 })),
    };
    let refused = worker().write(settle(stale.lease)).await.unwrap_err();
    let Stop::Refused(refusals) = &refused else { panic!("{refused:?}") };
    assert_eq!(refusals[0].code, Code::TaskRunning);
    assert_eq!(app.task_at(&customer, CRM).await["state"], "RUNNING");
    worker().write(settle(fresh.lease)).await.unwrap();
    let again = worker().write(settle(fresh.lease)).await.unwrap_err();
    assert!(matches!(again, Stop::Refused(_)), "{again:?}");
    app.finish().await;
}

/// One that takes its time holds up nobody else.
#[tokio::test]
async fn a_slow_third_party_holds_up_nobody_else() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("K-5402-1", "Karin", "k@example.com")]).await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Slowly(Duration::from_secs(3)));
    app.connect(CRM, crm.connector()).await;
    app.connect(HOST, http(&host)).await;
    let customer = gone(&app, "K-5402").await;
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    let worker = app.worker();
    let working = tokio::spawn(async move { worker.pass().await.unwrap() });
    let begun = std::time::Instant::now();
    while crm.person("K-5402-1").await.is_some() {
        assert!(begun.elapsed() < Duration::from_secs(2), "it waited for the slow one");
        tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await.unwrap_err();
    }
    assert_eq!(working.await.unwrap().failed, 0);
    assert_eq!(app.task_at(&customer, HOST).await["state"], "SUCCEEDED");
    app.finish().await;
}

/// Fifty workers side by side at a thousand tasks, who are killed anywhere and come back too late, while a third party hangs up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_workers_die_each_effect_happens_once() {
    const CUSTOMERS: usize = 250;
    const WORKERS: usize = 50;
    let app = TestApp::new().await;
    let people = (0..CUSTOMERS).map(|at| (format!("K-{at}-1"), format!("Nils {at}"))).collect::<Vec<_>>();
    let rows = people.iter().map(|(number, name)| (number.as_str(), name.as_str(), "x@example.com"));
    let rows = rows.collect::<Vec<_>>();
    let (crm, desk) = (Crm::with(&rows).await, Crm::with(&rows).await);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    app.connect(CRM, crm.connector()).await;
    app.connect(DESK, desk.connector()).await;
    app.connect(HOST, http(&host)).await;
    let references = (0..CUSTOMERS).map(|at| format!("K-{at}")).collect::<Vec<_>>();
    let customers = stream::iter(&references).map(|reference| gone(&app, reference)).buffered(8);
    let customers = customers.collect::<Vec<_>>().await;
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    host.next((0..CUSTOMERS).map(|at| if at % 4 == 0 { Manner::DoesAndHangsUp } else { Manner::Does }));
    for round in 0..6 {
        let workers = (0..WORKERS).map(|at| {
            let worker = app.worker();
            tokio::spawn(async move { broken_off_after(7 + 31 * at + 5 * round, worker.pass()).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        // Long enough for what they had in hand to be somebody else's.
        app.advance(TimeDelta::minutes(20));
    }
    let left = "SELECT id FROM task WHERE finished_at IS NULL";
    for _ in 0..40 {
        if app.database.rows(left).await.is_empty() {
            break;
        }
        app.try_to_work().await;
        app.advance(TimeDelta::hours(6));
    }
    // The example company has tasks of its own.
    let theirs = "customer_id IN (SELECT id FROM customer WHERE length(reference) < 6)";
    let ended = async |what: &str| app.database.rows(&format!("{what} {theirs}")).await.len();
    assert_eq!(ended("SELECT id FROM task WHERE outcome = 'DONE' AND").await, 4 * CUSTOMERS);
    assert_eq!(ended("SELECT task_id FROM task_evidence WHERE").await, 4 * CUSTOMERS);
    // By its own record: no two calls about one task were two deeds.
    assert_eq!(host.done().len(), CUSTOMERS);
    for (at, customer) in customers.iter().enumerate() {
        assert_eq!(crm.person(&format!("K-{at}-1")).await, None);
        assert_eq!(desk.person(&format!("K-{at}-1")).await.unwrap().0, None);
        for system in [CRM, DESK, HOST] {
            let states = app.at(customer, system).await;
            assert!(states.iter().all(|(_, state)| state == "ERASED" || state == "ANONYMIZED"), "{states:?}");
        }
    }
    app.finish().await;
}

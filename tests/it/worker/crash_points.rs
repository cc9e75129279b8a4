//! Killed at any moment, and started again: each effect happened once, as those say at whose system it happened, there is
//! evidence of it, and nothing is said to be gone that is not.

use crate::support::{
    TestApp,
    broken_off::{broken_off_after, steps_of},
    connect::{Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::json;

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";
const DESK: &str = "Ärendesystem";

/// So many customers are worked for, and all but one of the workers die.
const MOST: usize = 60;

/// Customers whose service ended and whose grace is over, of whom nobody is due until they are called for.
async fn customers(app: &TestApp, number: usize) -> Vec<String> {
    let mut customers = Vec::new();
    for at in 0..number {
        let (customer, subscription) = app.hosted(&format!("K-{at}")).await;
        assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
        customers.push(customer);
    }
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    app.database.run("UPDATE task SET state = 'NEEDS_HUMAN'").await;
    customers
}

/// Their tasks are due by now.
async fn call_for(app: &TestApp, customer: &str) {
    for task in app.tasks(customer).await {
        assert_eq!(app.retry(&task).await.user_errors(), []);
    }
}

#[tokio::test]
async fn killed_anywhere_each_effect_happens_once_and_there_is_evidence() {
    let app = TestApp::new().await;
    let people = (0..MOST).map(|at| (format!("K-{at}-1"), format!("Nils {at}"))).collect::<Vec<_>>();
    let rows = people.iter().map(|(number, name)| (number.as_str(), name.as_str(), "x@example.com"));
    let rows = rows.collect::<Vec<_>>();
    let (crm, desk) = (Crm::with(&rows).await, Crm::with(&rows).await);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    for (system, connector) in [(CRM, crm.connector()), (DESK, desk.connector()), (HOST, http(&host))] {
        assert_eq!(app.connect(system, connector).await.user_errors(), []);
    }
    let customers = customers(&app, MOST).await;
    let mut all = 0;
    for (at, customer) in customers.iter().enumerate() {
        // The first is spared, to see how long it takes; the others die all along the way.
        let steps = all * at / MOST;
        call_for(&app, customer).await;
        // The third party may have done it, and the word of it got lost.
        host.next((at % 3 == 0).then_some(Manner::DoesAndHangsUp));
        if at == 0 {
            all = steps_of(app.worker().pass()).await;
            assert!(all > MOST, "{all}");
        } else {
            broken_off_after(steps, app.worker().pass()).await;
        }
        for _ in 0..4 {
            app.advance(TimeDelta::hours(2));
            app.try_to_work().await;
        }
        let number = format!("K-{at}-1");
        assert_eq!(crm.person(&number).await, None, "broken off after {steps}");
        assert_eq!(desk.person(&number).await, Some((None, Some("x@example.com".to_owned()))));
        let asked = host.asked().into_iter().filter(|one| one.body.to_string().contains(&format!("K-{at}@")));
        let mut keys = asked.map(|one| one.key).collect::<Vec<_>>();
        keys.dedup();
        assert_eq!((keys.len(), host.done().len()), (1, at + 1), "broken off after {steps}");
        for system in [CRM, DESK, HOST] {
            let task = app.task_at(customer, system).await;
            assert_eq!(
                (&task["state"], &task["outcome"]),
                (&json!("SUCCEEDED"), &json!("DONE")),
                "{steps}: {task}"
            );
            assert!(!task["evidence"].is_null(), "{task}");
            let gone = ["ERASED", "ANONYMIZED"];
            let lines = app.at(customer, system).await;
            assert!(lines.iter().all(|(_, state)| gone.contains(&state.as_str())), "{lines:?}");
        }
    }
    app.finish().await;
}

//! Killed at any moment, and started again: each effect happened once, as those say at whose system it happened, there is
//! evidence of it, and nothing is said to be gone that is not.

use crate::support::{
    TestApp,
    broken_off::{broken_off_after, steps_of},
    connect::{Crm, http},
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const CRM: &str = "Kundregister";
const DESK: &str = "Ärendesystem";

/// So many customers are worked for, and all but one of the workers die: about one at each step of a pass, which takes a few
/// more steps or fewer, as the database answers.
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
            assert!(all > MOST / 2, "{all}");
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

/// So many corrections and copies are worked for.
const FEWER: usize = 40;

/// The customer's name is corrected, and they ask for a copy of it; the request.
pub async fn ask_for(app: &TestApp, customer: &str, name: &str) -> String {
    let rectify =
        "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) { userErrors { code } } }";
    let input = json!({ "customerId": customer, "profile": { "name": name }, "channel": "PHONE" });
    assert_eq!(app.agent().ask(rectify, json!({ "input": input })).await.user_errors(), []);
    let wanted = json!({ "type": "ACCESS", "categories": ["user.name"] });
    let request = app.submit(customer, wanted).await;
    assert_eq!(app.verify(&request, json!({})).await.user_errors(), []);
    request
}

/// What they asked for has come from everywhere, and nothing that was sealed for it is left.
pub async fn copy_is_whole(app: &TestApp, request: &str) {
    let export = "query ($id: ID!) { dataRequest(id: $id) { status export } }";
    let agent = app.agent().for_purpose("RIGHTS_REQUEST");
    let found = agent.ask(export, json!({ "id": request })).await.data()["dataRequest"].clone();
    assert_eq!(found["status"], "COMPLETED");
    let systems = found["export"]["systems"].as_array().unwrap();
    assert_eq!(systems.len(), 4, "{systems:?}");
    assert!(systems.iter().all(|system| system["state"] == "GATHERED" && system["data"] != Value::Null));
    let corrections = "SELECT id FROM sealed WHERE kind = 'CORRECTION'";
    assert!(app.database.rows(corrections).await.is_empty(), "of {request}");
}

#[tokio::test]
async fn killed_anywhere_a_correction_is_made_once_and_a_copy_comes_whole() {
    let app = TestApp::new().await;
    let people = (0..FEWER).map(|at| format!("K-{at}-1")).collect::<Vec<_>>();
    let rows =
        people.iter().map(|number| (number.as_str(), "Test Testsson", "x@example.com")).collect::<Vec<_>>();
    let (crm, desk) = (Crm::with(&rows).await, Crm::with(&rows).await);
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Gives(json!({ "plan": "small" })));
    for (system, connector) in [(CRM, crm.connector()), (DESK, desk.connector()), (HOST, http(&host))] {
        assert_eq!(app.connect(system, connector).await.user_errors(), []);
    }
    let (mut all, mut done) = (0, 0);
    for at in 0..FEWER {
        let (customer, _) = app.hosted(&format!("K-{at}")).await;
        let (name, steps) = (format!("Testa {at}"), all * at / FEWER);
        let request = ask_for(&app, &customer, &name).await;
        host.next((at % 3 == 0).then_some(Manner::DoesAndHangsUp));
        if at == 0 {
            all = steps_of(app.worker().pass()).await;
            assert!(all > FEWER / 2, "{all}");
        } else {
            broken_off_after(steps, app.worker().pass()).await;
        }
        for _ in 0..4 {
            app.advance(TimeDelta::hours(2));
            app.try_to_work().await;
        }
        for database in [&crm, &desk] {
            let person = database.person(&format!("K-{at}-1")).await.unwrap();
            assert_eq!(person.0.as_deref(), Some(name.as_str()), "broken off after {steps}");
        }
        // One of each, as the third party says, however often it was asked.
        done += 2;
        assert_eq!(host.done().len(), done, "broken off after {steps}");
        for task in app.tasks(&customer).await {
            let came = (&task["state"], &task["outcome"]);
            assert_eq!(came, (&json!("SUCCEEDED"), &json!("DONE")), "{steps}: {task}");
            assert!(!task["evidence"].is_null(), "{task}");
        }
        copy_is_whole(&app, &request).await;
    }
    app.finish().await;
}

//! Whoever still has something finds the person by what they knew them by, now or in years, although it is nowhere else.

use crate::support::{
    TestApp,
    connect::{Crm, http},
    dispose::LIFT,
    third_party::{FakeThirdParty, Manner},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";
const BOOKS: &str = "Faktureringssystem";

fn by(crm: &Crm, column: &str, key: &str, category: &str) -> Value {
    json!({ "sql": { "url": crm.url, "tables": [{ "table": "people", "subjectColumn": column, "subjectKey": key,
        "columns": [{ "column": "name", "category": category }] }] } })
}

/// The books know them by the customer number, and are asked eight years later.
#[tokio::test]
async fn the_number_is_known_where_the_law_kept_it_for_years() {
    let app = TestApp::new().await;
    let crm = Crm::with(&[("K-7201", "Karin", "k@example.com"), ("K-1", "Anna", "a@example.com")]).await;
    app.connect(BOOKS, by(&crm, "number", "REFERENCE", "user.payment")).await;
    let (customer, _) = app.hosted("K-7201").await;
    app.erased(&customer).await;
    app.work().await;
    assert!(crm.person("K-7201").await.is_some(), "the law keeps it");
    app.review_all().await;
    app.advance(TimeDelta::days(365 * 8));
    app.sweep().await;
    app.work().await;
    assert_eq!((crm.person("K-7201").await, crm.person("K-1").await.is_some()), (None, true));
    assert_eq!(app.task_at(&customer, BOOKS).await["outcome"], "DONE");
    app.finish().await;
}

/// A new customer has the number since. Nobody takes them for the one who is gone.
#[tokio::test]
async fn who_is_down_for_a_while_is_asked_for_the_right_one() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Says(503, json!({})));
    let mut connector = http(&host);
    connector["http"]["subjectKey"] = json!("REFERENCE");
    app.connect(HOST, connector).await;
    let (customer, _) = app.hosted("K-7202").await;
    app.erased(&customer).await;
    for _ in 0..4 {
        app.try_to_work().await;
        app.advance(TimeDelta::hours(6));
    }
    host.usually(Manner::Does);
    app.advance(TimeDelta::days(1));
    app.work().await;
    let told = host.asked().into_iter().map(|one| one.body["subject_identities"].clone()).collect::<Vec<_>>();
    assert!(told.len() > 2);
    for identities in &told {
        let identities = identities.as_array().unwrap();
        assert_eq!((identities.len(), &identities[0]["identity_value"]), (1, &json!("K-7202")));
    }
    assert_eq!(app.task_at(&customer, HOST).await["state"], "SUCCEEDED");
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "ERASED"));
    let left = "SELECT e.system_id FROM envelope e JOIN system y ON y.id = e.system_id WHERE y.name = 'Fjällripan webbservrar'";
    assert!(app.database.rows(left).await.is_empty());
    app.finish().await;
}

/// What is in hand when somebody is erased goes on, and what comes of it counts.
#[tokio::test]
async fn what_is_in_hand_goes_on_and_counts() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    app.connect(HOST, http(&host)).await;
    let customer = app.gone("K-7203").await;
    host.usually(Manner::Slowly(std::time::Duration::from_millis(1_500)));
    let worker = app.worker();
    let erase = async {
        while host.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(app.task_at(&customer, HOST).await["state"], "RUNNING");
        app.erased(&customer).await
    };
    let (worked, erased) = futures::future::join(worker.pass(), erase).await;
    assert_eq!(worked.unwrap().failed, 0);
    assert!(["ERASED"].contains(&erased["customer"]["status"].as_str().unwrap()));
    assert_eq!(app.task_at(&customer, HOST).await["outcome"], "DONE");
    assert_eq!(host.done().len(), 1);
    app.finish().await;
}

/// A person finds whom a task is about by the number, also where the program does nothing itself.
#[tokio::test]
async fn what_is_sealed_for_people_goes_with_the_last_of_it() {
    let app = TestApp::new().await;
    let (customer, _) = app.hosted("K-7204").await;
    let hold = app.hold(&customer, Some(&["user.name"])).await;
    app.erased(&customer).await;
    let sealed = "SELECT e.system_id FROM envelope e JOIN system y ON y.id = e.system_id WHERE y.name = 'Kundregister'";
    assert_eq!(app.database.rows(sealed).await.len(), 1);
    let numbers = "query ($id: ID!) { customer(id: $id) { tasks { nodes { formerReference state } } } }";
    let numbers = app.compliance().ask(numbers, json!({ "id": customer })).await;
    for task in numbers.data()["customer"]["tasks"]["nodes"].as_array().unwrap() {
        let open = task["state"] != "SUCCEEDED";
        assert_eq!(task["formerReference"], if open { json!("K-7204") } else { json!(null) });
    }
    let (living, _) = app.hosted("K-7205").await;
    let task = app.gone("K-7206").await;
    for id in [living, task] {
        let numbers = "query ($id: ID!) { customer(id: $id) { tasks { nodes { formerReference } } } }";
        let numbers = app.compliance().ask(numbers, json!({ "id": id })).await;
        let numbers = numbers.data()["customer"]["tasks"]["nodes"].as_array().unwrap();
        assert!(numbers.iter().all(|task| task["formerReference"].is_null()));
    }
    let numbers = "query ($id: ID!) { customer(id: $id) { tasks { nodes { formerReference } } } }";
    let agent = app.agent().ask(numbers, json!({ "id": customer })).await;
    assert_eq!(agent.code(), Some("FORBIDDEN"));
    let lift = json!({ "input": { "legalHoldId": hold, "reason": "settled" } });
    assert_eq!(app.compliance().ask(LIFT, lift).await.user_errors(), []);
    app.work().await;
    let task = app.task_at(&customer, "Kundregister").await;
    assert_eq!(app.complete(&task, json!({})).await.user_errors(), []);
    assert!(app.database.rows(sealed).await.is_empty());
    app.finish().await;
}

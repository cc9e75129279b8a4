//! P5, carried out: what was to go is gone, and there is evidence of it; what is not gone is not said to be.

use crate::support::{
    TestApp,
    ask::codes,
    database::Engine,
    dispose::{WITHDRAW, items},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

/// Somebody whose service ended, and whose grace is over.
async fn gone(app: &TestApp, reference: &str) -> String {
    let (customer, subscription) = app.hosted(reference).await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert_eq!(app.work().await, (0, 0), "nothing goes before its grace is over");
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    customer
}

async fn only(app: &TestApp, customer: &str, system: &str) -> Value {
    let mut tasks = app.tasks_at(customer, system).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

#[tokio::test]
async fn a_profile_is_emptied_here_and_read_again() {
    let app = TestApp::new().await;
    let customer = gone(&app, "K-5101").await;
    let find = "query ($email: String) { findCustomer(email: $email) { reference } }";
    let email = json!({ "email": "K-5101@example.com" });
    let found = app.agent().ask(find, email.clone()).await;
    let was_found = !found.data()["findCustomer"].is_null();

    // Nobody can say that it is done: it is, or it is not.
    let attested = app.complete(&app.tasks_at(&customer, "Kartotek").await[0], json!({})).await;
    assert_eq!(codes(&attested), [("TASK_RUNNING".to_owned(), "taskId".to_owned())]);
    // One for each grace.
    let (done, left) = app.work().await;
    assert_eq!((done, left), (2, 3));
    for task in app.tasks_at(&customer, "Kartotek").await {
        assert_eq!((&task["state"], &task["outcome"]), (&json!("SUCCEEDED"), &json!("DONE")));
        let evidence = &task["evidence"];
        assert_eq!((&evidence["kind"], &evidence["rowsChanged"]), (&json!("READ_BACK"), &json!(1)));
        assert_eq!(evidence["recordedBy"], "Kartotek (worker)");
    }
    let states = app.at(&customer, "Kartotek").await;
    assert!(states.iter().all(|(_, state)| state == "ERASED") && states.len() == 2, "{states:?}");
    let profile = "query ($id: ID!) { customer(id: $id) { profile { name email phone } } }";
    let shown = app.agent().ask(profile, json!({ "id": customer })).await;
    let shown = &shown.data()["customer"]["profile"];
    assert!(shown["name"].is_null() && shown["email"].is_null(), "{shown}");
    assert!(was_found);
    assert_eq!(app.agent().ask(find, email).await.data()["findCustomer"], json!(null));
    assert_eq!(app.work().await, (0, 0));
    // What remains can be corrected without a name.
    let rectify = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
        customer { locale } userErrors { code message field } } }";
    let input = json!({ "customerId": customer, "channel": "EMAIL", "profile": {}, "locale": "EN" });
    let rectified = app.agent().ask(rectify, json!({ "input": input })).await;
    assert_eq!(codes(&rectified), []);
    assert_eq!(rectified.data()["rectifyCustomer"]["customer"]["locale"], "EN");
    app.finish().await;
}

#[tokio::test]
async fn what_the_law_has_come_to_keep_meanwhile_stays() {
    let app = TestApp::new().await;
    let customer = gone(&app, "K-5102").await;
    let rule = "mutation ($input: SetRetentionRuleInput!) { setRetentionRule(input: $input) { userErrors { code field } } }";
    for category in ["user.name", "user.contact.email"] {
        let input = json!({ "category": category, "purpose": "CONTACT", "keepFor": "P3Y",
            "countedFrom": "SUBSCRIPTION_ENDED", "statute": "a law" });
        assert_eq!(codes(&app.compliance().ask(rule, json!({ "input": input })).await), []);
    }
    // The sweep has not come by yet.
    app.work().await;
    let states = app.at(&customer, "Kartotek").await;
    assert!(states.iter().all(|(_, state)| state == "DISPOSAL_PENDING"), "{states:?}");
    app.sweep().await;
    let states = app.at(&customer, "Kartotek").await;
    assert!(states.iter().all(|(_, state)| state == "RESTRICTED"), "{states:?}");
    app.finish().await;
}

#[tokio::test]
async fn elsewhere_a_person_does_it_and_attests_what_came_of_it() {
    let app = TestApp::new().await;
    let customer = gone(&app, "K-5103").await;
    app.work().await;
    let task = only(&app, &customer, HOST).await;
    assert_eq!((&task["state"], &task["via"]), (&json!("NEEDS_HUMAN"), &json!("MANUAL")));
    let waiting = json!({ "kinds": ["TASK_NEEDS_HUMAN"], "customerId": customer });
    let before = app.findings(waiting.clone()).await.len();
    assert_eq!(before, 3);

    for (input, code, field) in [
        (json!({ "evidence": " " }), "REQUIRED", "evidence"),
        (json!({ "outcome": "SUPERSEDED" }), "OUT_OF_RANGE", "outcome"),
        (json!({ "taskId": customer }), "NOT_FOUND", "taskId"),
    ] {
        let refused = app.complete(&task, input).await;
        assert_eq!(codes(&refused), [(code.to_owned(), field.to_owned())]);
    }
    // Two people at once: it is attested once.
    let (one, two) = tokio::join!(app.complete(&task, json!({})), app.complete(&task, json!({})));
    let mut both = [codes(&one), codes(&two)];
    both.sort();
    assert_eq!(both, [vec![], vec![("TASK_FINISHED".to_owned(), "taskId".to_owned())]]);
    let task = only(&app, &customer, HOST).await;
    assert_eq!((&task["state"], &task["outcome"]), (&json!("SUCCEEDED"), &json!("DONE")));
    let evidence = &task["evidence"];
    assert_eq!(
        (&evidence["kind"], &evidence["statement"], &evidence["reference"]),
        (&json!("ATTESTED"), &json!("looked, and it is gone"), &json!("A-17"))
    );
    let lines = "query ($id: ID!) { customer(id: $id) { dataLocations(filter: { states: [ERASED] }) { nodes {
        system { name } externalReference heldTo } } } }";
    let lines = app.agent().ask(lines, json!({ "id": customer })).await;
    let lines = lines.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone();
    let there = lines.iter().filter(|line| line["system"]["name"] == HOST).collect::<Vec<_>>();
    assert!(there.len() == 2 && there.iter().all(|line| line["externalReference"].is_null()), "{there:?}");
    assert_eq!(app.findings(waiting).await.len(), before - 1);
    // In-house, what was anonymized says so.
    let other = only(&app, &customer, "Ärendesystem").await;
    assert_eq!(codes(&app.complete(&other, json!({ "outcome": "NOTHING_FOUND" })).await), []);
    assert_eq!(app.at(&customer, "Ärendesystem").await[0].1, "ANONYMIZED");
    assert_eq!(app.sweep().await, 0);
    app.finish().await;
}

/// What its holder keeps is not said to be gone, and they are not asked over and over. Needed once more, they are asked
/// again when it has to go.
#[tokio::test]
async fn what_a_holder_keeps_stays_on_the_map() {
    let app = TestApp::new().await;
    let customer = gone(&app, "K-5104").await;
    app.work().await;
    let task = only(&app, &customer, "Kundregister").await;
    let kept =
        app.complete(&task, json!({ "outcome": "KEPT", "evidence": "their auditor forbids it" })).await;
    assert_eq!(kept.data()["completeTask"]["task"]["state"], "CANCELLED");
    let pending = ("user.name".to_owned(), "DISPOSAL_PENDING".to_owned());
    for _ in 0..2 {
        assert_eq!(app.at(&customer, "Kundregister").await, std::slice::from_ref(&pending));
        assert_eq!((app.sweep().await, app.work().await), (0, (0, 0)));
    }
    assert_eq!(app.tasks_at(&customer, "Kundregister").await.len(), 1);
    // It is there, and nothing justifies it: somebody has to know.
    let found = app.findings(json!({ "kinds": ["UNJUSTIFIED_DATA"], "customerId": customer })).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["system"]["name"], "Kundregister", "{found:?}");
    // The customer sees what came of it, and not what was written among those who did it.
    let own = app.customer_user("K-5104");
    let seen = "{ viewer { customer { tasks { nodes { outcome evidence { kind } } } } } }";
    let seen = own.get(seen).await;
    assert!(seen.data().to_string().contains("KEPT"), "{seen:?}");
    let written = own.get("{ viewer { customer { tasks { nodes { evidence { statement } } } } } }").await;
    assert_eq!(written.code(), Some("FORBIDDEN"));

    let subscription = app.start(&customer, "web-hosting").await;
    assert_eq!(app.at(&customer, "Kundregister").await[0].1, "HELD");
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let tasks = app.tasks_at(&customer, "Kundregister").await;
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().any(|task| task["state"] == "PENDING"), "{tasks:?}");
    app.finish().await;
}

/// What the database does not let go is not said to be gone, and the rest goes on.
#[tokio::test]
async fn what_is_still_there_is_not_said_to_be_gone() {
    let app = TestApp::new().await;
    let customer = gone(&app, "K-5105").await;
    let back = match app.database.engine {
        Engine::Postgres => {
            "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.profile = OLD.profile; RETURN NEW; END $$;
             CREATE TRIGGER back BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION back()"
        }
        Engine::Sqlite => {
            "CREATE TRIGGER back AFTER UPDATE OF profile ON customer WHEN NEW.version > OLD.version
             BEGIN UPDATE customer SET profile = OLD.profile WHERE id = NEW.id; END"
        }
    };
    app.database.run(back).await;
    let worked = app.try_to_work().await;
    assert_eq!((worked.done, worked.left, worked.failed), (0, 3, 2));
    let states = app.at(&customer, "Kartotek").await;
    assert!(states.iter().all(|(_, state)| state == "DISPOSAL_PENDING"), "{states:?}");
    app.finish().await;
}

/// A plan says what goes, and so nothing of what a holder has said stays.
#[tokio::test]
async fn a_plan_promises_nothing_that_a_holder_keeps() {
    let app = TestApp::new().await;
    let (customer, subscription) = app.hosted("K-5106").await;
    let consents = "query ($id: ID!) { customer(id: $id) { consents(active: true) { nodes { id } } } }";
    let consents = app.agent().ask(consents, json!({ "id": customer })).await;
    for consent in consents.data()["customer"]["consents"]["nodes"].as_array().unwrap() {
        let input = json!({ "consentId": consent["id"], "channel": "PHONE" });
        assert_eq!(app.agent().ask(WITHDRAW, json!({ "input": input })).await.user_errors(), []);
    }
    let task = only(&app, &customer, HOST).await;
    let at_host = async || {
        let planned = app.end(&subscription, json!({ "dryRun": true })).await;
        let items = items(&planned.data()["endSubscription"]);
        items.into_iter().filter(|(system, _, _)| system == HOST).count()
    };
    assert_eq!(at_host().await, 2);
    assert_eq!(codes(&app.complete(&task, json!({ "outcome": "KEPT" })).await), []);
    assert_eq!(at_host().await, 0);
    app.finish().await;
}

//! Third parties that answer later: what they say counts when it is proven to be theirs, and once.

use crate::support::{
    TestApp,
    connect::http,
    third_party::{FakeThirdParty, Manner, said},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const HOST: &str = "Fjällripan webbservrar";

/// A server on a real socket, a third party that answers later, and a customer whose data it is to erase.
async fn waiting(reference: &str) -> (TestApp, FakeThirdParty, String) {
    let app = TestApp::reachable().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    host.usually(Manner::Later);
    assert_eq!(app.connect(HOST, http(&host)).await.user_errors(), []);
    let (customer, subscription) = app.hosted(reference).await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    assert_eq!(app.try_to_work().await.waiting, 1);
    assert_eq!(app.task_at(&customer, HOST).await["state"], "AWAITING_THIRD_PARTY");
    (app, host, customer)
}

async fn task(app: &TestApp, customer: &str) -> (Value, Value) {
    let task = app.task_at(customer, HOST).await;
    (task["state"].clone(), task["outcome"].clone())
}

#[tokio::test]
async fn a_late_answer_ends_the_task_once() {
    let (app, host, customer) = waiting("K-5301").await;
    let asked = host.asked().remove(0);
    app.advance(TimeDelta::days(3));
    assert_eq!(host.call_back(&asked, "in_progress").await, 204);
    assert_eq!(task(&app, &customer).await.0, "AWAITING_THIRD_PARTY");
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    assert_eq!(task(&app, &customer).await, (json!("SUCCEEDED"), json!("DONE")));
    let evidence = app.task_at(&customer, HOST).await["evidence"].clone();
    assert_eq!(
        (&evidence["kind"], &evidence["recordedBy"]),
        (&json!("CONFIRMED"), &json!("Kartotek (callbacks)"))
    );
    // Out of order, twice, and against what they said: it changes nothing.
    for status in ["in_progress", "completed", "kept", "received"] {
        assert_eq!(host.call_back(&asked, status).await, 204);
    }
    assert_eq!(task(&app, &customer).await, (json!("SUCCEEDED"), json!("DONE")));
    app.work().await;
    assert_eq!(host.asked().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_proven_to_be_theirs_is_nobodys() {
    let (app, host, customer) = waiting("K-5302").await;
    let asked = host.asked().remove(0);
    let done = said(&asked.key, "completed");
    assert_eq!(host.send(&asked, "msg_a", &done, Some("v1,AAAA")).await, 401);
    // Of another request of ours, or of none.
    assert_eq!(
        host.send(&asked, "msg_b", &said("01930000-0000-7000-8000-000000000001", "completed"), None).await,
        400
    );
    let mut elsewhere = asked.clone();
    let url = asked.body["status_callback_urls"][0].as_str().unwrap();
    let system = url.rsplit_once('.').unwrap().1;
    let unknown =
        format!("{}/01930000-0000-7000-8000-000000000001.{system}", url.rsplit_once('/').unwrap().0);
    elsewhere.body["status_callback_urls"][0] = json!(unknown);
    assert_eq!(host.send(&elsewhere, "msg_c", &done, None).await, 404);
    for nonsense in ["x", "x.y", "%00", system] {
        elsewhere.body["status_callback_urls"][0] =
            json!(format!("{}/{nonsense}", url.rsplit_once('/').unwrap().0));
        assert_eq!(host.send(&elsewhere, "msg_d", &done, None).await, 401, "{nonsense}");
    }
    // Signed by them a while ago, and sent by somebody now.
    let signed = host.signed("msg_e", &done);
    app.advance(TimeDelta::minutes(6));
    assert_eq!(host.post(&asked, signed).await, 401);
    assert_eq!(task(&app, &customer).await.0, "AWAITING_THIRD_PARTY");
    app.turned_away_by_others(6);
    app.finish().await;
}

#[tokio::test]
async fn whoever_never_answers_is_left_to_a_person_and_may_still_answer() {
    let (app, host, customer) = waiting("K-5303").await;
    let asked = host.asked().remove(0);
    app.advance(TimeDelta::days(14));
    app.work().await;
    assert_eq!(task(&app, &customer).await.0, "AWAITING_THIRD_PARTY", "the last day is theirs");
    app.advance(TimeDelta::days(1));
    app.work().await;
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    assert_eq!(
        app.findings(json!({ "kinds": ["TASK_NEEDS_HUMAN"], "systemIds": [app.system_id(HOST).await] }))
            .await
            .len(),
        1
    );
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    assert_eq!(task(&app, &customer).await, (json!("SUCCEEDED"), json!("DONE")));
    app.finish().await;
}

#[tokio::test]
async fn what_they_keep_stays_on_the_map_with_their_ground() {
    let (app, host, customer) = waiting("K-5304").await;
    let asked = host.asked().remove(0);
    assert_eq!(host.call_back(&asked, "kept").await, 204);
    assert_eq!(task(&app, &customer).await, (json!("CANCELLED"), json!("KEPT")));
    let shown = "query ($id: ID!) { task(id: $id) { answeredAt evidence { document } } }";
    let id = app.task_at(&customer, HOST).await["id"].clone();
    let shown = app.compliance().ask(shown, json!({ "id": id })).await;
    assert!(shown.data().to_string().contains("LEGAL_OBLIGATION"), "{shown:?}");
    assert!(app.findings(json!({ "kinds": ["CONNECTOR_FAILING"] })).await.is_empty());
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "DISPOSAL_PENDING"));
    app.finish().await;
}

/// A retention rule may have ended for one record and not for the next, and they are asked about a person and a category.
#[tokio::test]
async fn what_cannot_be_told_from_what_is_to_stay_is_left_to_a_person() {
    let app = TestApp::new().await;
    let host = FakeThirdParty::new(app.clock.clone()).await;
    assert_eq!(app.connect(HOST, http(&host)).await.user_errors(), []);
    let (customer, subscription) = app.hosted("K-5309").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    app.advance(TimeDelta::days(400));
    app.sweep().await;
    let another = "INSERT INTO data_location (id, customer_id, category, system_id, external_reference, source_channel, \
        collected_at, recorded_by, state, held_from) SELECT customer_id, customer_id, category, system_id, 'another', \
        source_channel, collected_at, recorded_by, 'RESTRICTED', held_from FROM data_location \
        WHERE state = 'DISPOSAL_PENDING' AND system_id IN (SELECT id FROM system WHERE name = 'Fjällripan webbservrar') \
        ORDER BY id LIMIT 1";
    app.database.run(another).await;
    app.try_to_work().await;
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    assert!(host.asked().is_empty());
    app.finish().await;
}

/// They say no, a person talks to them, and they are asked another question: to the same one they would say the same.
#[tokio::test]
async fn whoever_said_no_is_asked_anew() {
    let (app, host, customer) = waiting("K-5305").await;
    let asked = host.asked().remove(0);
    assert_eq!(host.call_back(&asked, "cancelled").await, 204);
    assert_eq!(task(&app, &customer).await.0, "NEEDS_HUMAN");
    host.usually(Manner::Does);
    assert_eq!(app.retry(&app.task_at(&customer, HOST).await).await.user_errors(), []);
    app.work().await;
    let keys = host.asked().into_iter().map(|one| one.key).collect::<std::collections::BTreeSet<_>>();
    assert_eq!((keys.len(), host.done().len()), (2, 1));
    assert_eq!(task(&app, &customer).await, (json!("SUCCEEDED"), json!("DONE")));
    app.finish().await;
}

/// Called off while they had it in hand: what they did all the same is on the map.
#[tokio::test]
async fn what_was_called_off_and_done_all_the_same_is_gone() {
    let (app, host, customer) = waiting("K-5306").await;
    let asked = host.asked().remove(0);
    app.start(&customer, "web-hosting").await;
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "HELD"));
    assert_eq!(task(&app, &customer).await, (json!("CANCELLED"), json!("SUPERSEDED")));
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    assert_eq!(task(&app, &customer).await, (json!("CANCELLED"), json!("SUPERSEDED")));
    let states = app.at(&customer, HOST).await;
    assert!(states.iter().all(|(_, state)| state == "ERASED"), "{states:?}");
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    app.finish().await;
}

/// Called off, given to them anew, and then they say of the first time that it is gone: what they have now is not.
#[tokio::test]
async fn what_they_were_given_since_is_not_gone() {
    let (app, host, customer) = waiting("K-5307").await;
    let asked = host.asked().remove(0);
    app.review_all().await;
    let subscription = app.start(&customer, "web-hosting").await;
    app.allow(&customer, "web-hosting").await;
    let system = app.system_id(HOST).await;
    let given = app.share(&customer, &system, &["user.name", "user.contact.email"]).await;
    assert_eq!(given.user_errors(), []);
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    assert!(app.at(&customer, HOST).await.iter().all(|(_, state)| state == "HELD"));
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    assert_eq!(host.call_back(&asked, "completed").await, 204);
    let states = app.at(&customer, HOST).await;
    assert!(states.iter().all(|(_, state)| state == "DISPOSAL_PENDING"), "{states:?}");
    let tasks = app.tasks_at(&customer, HOST).await;
    assert!(tasks.iter().any(|task| task["state"] == "PENDING"), "{tasks:?}");
    app.finish().await;
}

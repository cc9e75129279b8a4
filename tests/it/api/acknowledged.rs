//! What somebody has seen of what is wrong, and why it stays so for now.

use crate::support::{
    TestApp,
    ask::{codes, refused},
    find::found,
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

const LIST: &str = "query ($filter: FindingFilter) { findings(filter: $filter) { totalCount nodes {
    key kind severity subject { __typename } customer { reference } system { name }
    acknowledgement { reason until } } } }";

const HOST: &str = "Fjällripan webbservrar";

impl TestApp {
    async fn seen_until(&self, key: &str, until: chrono::DateTime<Utc>) -> Vec<(String, String)> {
        codes(&self.acknowledge(key, &until.date_naive().to_string()).await)
    }

    /// Those of this kind that somebody has seen, or not.
    async fn seen(&self, kind: &str, acknowledged: bool) -> Vec<Value> {
        let filter = json!({ "kinds": [kind], "acknowledged": acknowledged });
        let answer = self.auditor().ask(LIST, json!({ "filter": filter })).await;
        let list = &answer.data()["findings"];
        let nodes = list["nodes"].as_array().unwrap().clone();
        assert_eq!(list["totalCount"], nodes.len());
        nodes
    }
}

#[tokio::test]
async fn what_was_seen_stays_a_finding_until_its_day_or_until_it_is_worse() {
    const KIND: &str = "INCIDENT_NOTIFICATION_DUE";
    let app = TestApp::new().await;
    let incident = app.report(app.breach_at(HOST).await).await;
    let key = format!("{KIND}:{incident}");
    let in_days = |days: i64| app.now() + TimeDelta::days(days);
    assert_eq!(app.seen_until(&key, in_days(-1)).await, refused("OUT_OF_RANGE", "until"));
    assert_eq!(app.seen_until(&key, in_days(400)).await, refused("OUT_OF_RANGE", "until"));
    for nothing in ["", "INCIDENT_NOTIFICATION_DUE:", &format!("TASK_OVERDUE:{incident}"), "X:Y"] {
        assert_eq!(app.seen_until(nothing, in_days(1)).await, refused("NOT_FOUND", "key"), "{nothing}");
    }
    assert_eq!(app.seen(KIND, false).await.len(), 1);

    assert_eq!(app.seen_until(&key, in_days(1)).await, []);
    assert_eq!(app.seen(KIND, false).await, Vec::<Value>::new());
    assert_eq!(app.seen(KIND, true).await[0]["acknowledgement"]["reason"], "Being looked into.");
    // Its day is over.
    app.advance(TimeDelta::days(2));
    assert_eq!(app.seen(KIND, false).await[0]["acknowledgement"], json!(null));
    assert_eq!(app.seen_until(&key, in_days(30)).await, []);
    assert_eq!(app.seen(KIND, false).await, Vec::<Value>::new());
    // The hours are.
    app.advance(TimeDelta::days(2));
    let worse = app.seen(KIND, false).await;
    assert_eq!((&worse[0]["severity"], &worse[0]["acknowledgement"]), (&json!("CRITICAL"), &json!(null)));
    app.finish().await;
}

#[tokio::test]
async fn what_is_about_a_customer_is_on_record_as_theirs_and_goes_with_them() {
    const KIND: &str = "UNJUSTIFIED_DATA";
    let app = TestApp::new().await;
    let customer = app.register("K-7001").await;
    let line = json!({ "customerId": customer, "category": "user.biometric", "sourceChannel": "IMPORT",
        "systemId": app.system_id(HOST).await });
    assert_eq!(app.record(line).await.user_errors(), []);
    let mine = |all: Vec<Value>| all.into_iter().find(|one| found(one).2.as_deref() == Some("K-7001"));
    let key = mine(app.seen(KIND, false).await).unwrap()["key"].as_str().unwrap().to_owned();
    let answer = app.acknowledge(&key, "2026-03-09").await;
    assert_eq!(answer.data()["acknowledgeFinding"]["finding"]["acknowledgement"]["until"], "2026-03-09");
    assert!(app.event(&answer).await.subjects.len() == 1);
    assert!(mine(app.seen(KIND, true).await).is_some());
    app.erased(&customer).await;
    assert_eq!(app.database.count("SELECT count(*) FROM finding_acknowledgement").await, 0);
    app.finish().await;
}

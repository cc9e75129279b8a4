//! P18: the record of processing activities (Art. 30), with what it lacks, and frozen once somebody has approved it.

use crate::support::{
    TestApp,
    ask::{codes, refused},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const RECORD: &str = "{ processingRecord { hash controller { name } gaps { article message(locale: EN) }
    activities { key service { key } purpose { key legalBasis } subjects categories { key } sources systems { name }
        recipients { name } recipientKinds transfers { thirdParty { name } country safeguard }
        timeLimits { category { key } grace onEnd retentionRule { statute } text(locale: EN) } measures gaps { article } }
    processorActivities { service { key } processing subProcessors { name } measures transfers { country }
        controllers(first: 200) { totalCount nodes { reference } } } } }";

impl TestApp {
    async fn record_of_processing(&self) -> Value {
        self.auditor().get(RECORD).await.data()["processingRecord"].clone()
    }
}

fn activity<'a>(record: &'a Value, key: &str) -> &'a Value {
    let all = record["activities"].as_array().unwrap();
    all.iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("{key} is not in {record:#}"))
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_column_of_the_law_is_there_from_what_is_on_record() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let record = app.record_of_processing().await;
    let hosting = activity(&record, "web-hosting/DELIVER_SERVICE");
    assert_eq!(hosting["purpose"]["legalBasis"], "CONTRACT");
    assert!(hosting["subjects"].as_array().unwrap().contains(&json!("PERSON")));
    assert!(texts(&hosting["categories"], "key").contains(&"user.contact.email".to_owned()));
    assert!(hosting["sources"].as_array().unwrap().contains(&json!("EMAIL")));
    assert!(texts(&hosting["recipients"], "name").contains(&"Fjällripan Hosting AB".to_owned()));
    // With those that the host itself has work for it.
    assert_eq!(hosting["recipientKinds"], json!(["EMAIL_DELIVERY", "HOSTING"]));
    assert!(hosting["measures"].as_array().unwrap().contains(&json!("Isolerade kundkonton")));
    let limits = texts(&hosting["timeLimits"], "text");
    assert!(
        limits.contains(&"For 30 days after the service ends; then it is erased.".to_owned()),
        "{limits:?}"
    );
    // What the law has the company keep is an activity of its own, whatever anybody ordered.
    let books = activity(&record, "ACCOUNTING");
    assert_eq!(
        (&books["service"], &books["purpose"]["legalBasis"]),
        (&json!(null), &json!("LEGAL_OBLIGATION"))
    );
    assert!(texts(&books["timeLimits"], "text")[0].contains("By law for 7 years"), "{books:#}");
    assert_eq!(texts(&books["systems"], "name"), ["Faktureringssystem"]);
    app.finish().await;
}

#[tokio::test]
async fn on_whose_behalf_the_company_works_is_told_and_is_on_record() {
    let app = TestApp::new().await;
    app.hosted("K-6001").await;
    let answer = app.auditor().get(RECORD).await;
    let processed = answer.data()["processingRecord"]["processorActivities"].as_array().unwrap();
    let hosting = processed.iter().find(|one| one["service"]["key"] == "web-hosting").unwrap();
    assert!(!hosting["processing"].as_array().unwrap().is_empty());
    let processors = texts(&hosting["subProcessors"], "name");
    assert_eq!(processors, ["Fjällripan Hosting AB", "Brevduvan Utskick AB"]);
    let whose = texts(&hosting["controllers"]["nodes"], "reference");
    assert!(whose.contains(&"K-6001".to_owned()), "{whose:?}");
    let events = app.events_as_auditor(&answer).await;
    assert!(events.iter().any(|event| event["subjects"].to_string().contains("K-6001")));
    app.finish().await;
}

#[tokio::test]
async fn what_the_law_asks_for_and_nobody_wrote_down_is_a_gap_and_a_finding() {
    let app = TestApp::new().await;
    let before = app.found(json!({ "kinds": ["RECORD_INCOMPLETE"] })).await;
    let system = app.system_id("Kundregister").await;
    let update = "mutation ($input: UpdateSystemInput!) { updateSystem(input: $input) { userErrors { code message field } } }";
    let input = json!({ "systemId": system, "measures": [] });
    assert_eq!(app.admin().ask(update, json!({ "input": input })).await.user_errors(), []);
    let record = app.record_of_processing().await;
    let gap =
        json!({ "article": "30(1)(g)", "message": "The security measures of Kundregister are missing." });
    assert!(record["gaps"].as_array().unwrap().contains(&gap), "{:#}", record["gaps"]);
    let hosting = activity(&record, "web-hosting/CONTACT");
    assert!(texts(&hosting["gaps"], "article").contains(&"30(1)(g)".to_owned()));
    let after = app.found(json!({ "kinds": ["RECORD_INCOMPLETE"] })).await;
    let new = after.into_iter().filter(|one| !before.contains(one)).collect::<Vec<_>>();
    assert_eq!(
        new,
        [crate::support::find::written("RECORD_INCOMPLETE", "System", None, Some("Kundregister"))]
    );
    app.finish().await;
}

#[tokio::test]
async fn what_was_approved_stays_as_it_was_and_says_what_has_changed_since() {
    let app = TestApp::new().await;
    let seen = app.record_of_processing().await["hash"].clone();
    assert_eq!(app.record_of_processing().await["hash"], seen);
    assert_eq!(codes(&app.approve(&json!("0000")).await), refused("RECORD_CHANGED", "expectedHash"));
    let first = app.approve(&seen).await;
    let first = &first.data()["approveProcessingRecord"]["snapshot"];
    assert_eq!((&first["number"], &first["hash"]), (&json!(1), &seen));
    let (update, system) = (
        "mutation ($input: UpdateSystemInput!) { updateSystem(input: $input) { userErrors { code message field } } }",
        app.system_id("Kundregister").await,
    );
    let input = json!({ "systemId": system, "measures": ["Two-factor login"] });
    assert_eq!(app.admin().ask(update, json!({ "input": input })).await.user_errors(), []);
    // What was seen is not what is there any more.
    assert_eq!(codes(&app.approve(&seen).await), refused("RECORD_CHANGED", "expectedHash"));
    let now = app.record_of_processing().await["hash"].clone();
    assert_eq!(app.approve(&now).await.user_errors(), []);

    let compared = "{ processingRecordSnapshot(number: 2) { changes(since: 1) { key kind fields { field from to } } }
        first: processingRecordSnapshot(number: 1) { hash document } none: processingRecordSnapshot(number: 3) { hash }
        processingRecordSnapshots { totalCount nodes { number comment approvedBy } } }";
    let answer = app.auditor().get(compared).await;
    let data = answer.data();
    let changes = data["processingRecordSnapshot"]["changes"].as_array().unwrap();
    assert!(changes.iter().all(
        |change| change["kind"] == "CHANGED" && change["fields"].to_string().contains("Two-factor login")
    ));
    assert!(!changes.is_empty());
    assert_eq!((&data["first"]["hash"], &data["first"]["document"]), (&seen, &first["document"]));
    assert_eq!((&data["none"], &data["processingRecordSnapshots"]["totalCount"]), (&json!(null), &json!(2)));
    app.finish().await;
}

/// Two who approve at once get two numbers, and the database lets nobody change what they approved.
#[tokio::test]
async fn numbers_are_given_once_and_nothing_approved_is_changed() {
    let app = TestApp::new().await;
    let hash = app.record_of_processing().await["hash"].clone();
    let answers = futures::future::join_all((0..3).map(|_| app.approve(&hash))).await;
    let mut numbers =
        answers.iter().map(|answer| answer.data()["approveProcessingRecord"]["snapshot"]["number"].as_i64());
    let mut numbers = numbers.by_ref().collect::<Option<Vec<_>>>().unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
    for change in ["UPDATE processing_record SET comment = 'x'", "DELETE FROM processing_record"] {
        assert!(app.database.owner().execute_unprepared(change).await.is_err(), "{change}");
    }
    app.finish().await;
}

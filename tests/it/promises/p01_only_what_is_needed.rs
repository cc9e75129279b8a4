//! P1: only what the services ordered need, and what the law requires, may be where it is.

use crate::support::{
    TestApp,
    build::{RECTIFY, REGISTER},
    find::written,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const WHY: &str = "query ($reference: String, $justified: Boolean) { customer(reference: $reference) {
    dataLocations(filter: { justified: $justified }) { nodes { category { key } system { name } sourceChannel
        justifications { kind until retentionRule { statute } } } } } }";

const HOSTED: &str =
    "{ services { nodes { key requirements { category { key } system { id thirdParty { id } } } } } }";

async fn map(app: &TestApp, reference: &str, justified: Option<bool>) -> Vec<Value> {
    let variables = json!({ "reference": reference, "justified": justified });
    let answer = app.agent().ask(WHY, variables).await;
    answer.data()["customer"]["dataLocations"]["nodes"].as_array().unwrap().clone()
}

fn line(customer: &str, category: &str, system: &str, channel: &str) -> Value {
    json!({ "customerId": customer, "category": category, "systemId": system, "sourceChannel": channel })
}

#[tokio::test]
async fn what_nothing_needs_is_refused_and_what_lies_there_already_shows() {
    let app = TestApp::new().await;
    let customer = app.register("K-2001").await;
    let invoicing = app.system_id("Faktureringssystem").await;
    let refused = app.record(line(&customer, "user.payment", &invoicing, "PHONE")).await;
    assert_eq!(refused.user_errors(), [("NOT_JUSTIFIED".to_owned(), Some("locations.0".to_owned()))]);

    app.start(&customer, "web-hosting").await;
    let recorded = app.record(line(&customer, "user.payment", &invoicing, "PHONE")).await;
    assert_eq!(recorded.user_errors(), []);
    let wrong = json!({ "customerId": customer });
    assert_eq!(app.found(wrong.clone()).await, []);

    // Nothing in the demo needs a date of birth; an import says that it is there all the same.
    let projects = app.system_id("Projektdatabas").await;
    let imported = app.record(line(&customer, "user.demographic.date_of_birth", &projects, "IMPORT")).await;
    assert_eq!(imported.user_errors(), []);
    let unjustified = map(&app, "K-2001", Some(false)).await;
    assert_eq!(unjustified.len(), 1, "{unjustified:#?}");
    assert_eq!(unjustified[0]["category"]["key"], "user.demographic.date_of_birth");
    assert_eq!(unjustified[0]["justifications"], json!([]));
    let finding = written("UNJUSTIFIED_DATA", "DataLocation", Some("K-2001"), Some("Projektdatabas"));
    assert_eq!(app.found(wrong.clone()).await, [finding]);
    // On its way out, it is no longer wrong; and somebody has to see to it.
    app.database
        .run("UPDATE data_location SET state = 'DISPOSAL_PENDING' WHERE category = 'user.demographic.date_of_birth'")
        .await;
    app.sweep().await;
    let finding = written("TASK_NEEDS_HUMAN", "Task", Some("K-2001"), Some("Projektdatabas"));
    assert_eq!(app.found(wrong).await, [finding]);
    let officer = app.compliance();
    let whose = officer
        .get("{ customers(filter: { unjustified: true, referencePrefix: \"K-2\" }) { totalCount } }")
        .await;
    assert_eq!(whose.data()["customers"]["totalCount"], 1);
    app.finish().await;
}

/// A profile grows only by what is needed, and nothing else is kept beside it.
#[tokio::test]
async fn a_profile_is_completed_with_what_a_service_needs() {
    let app = TestApp::new().await;
    let input = json!({ "reference": "K-2003", "kind": "PERSON", "locale": "SV", "channel": "PHONE",
        "profile": { "name": "Karin Ek" } });
    let registered = app.agent().ask(REGISTER, json!({ "input": input })).await;
    let customer = registered.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned();
    let rectify = async |profile: Value, channel: &str| {
        let input = json!({ "customerId": customer, "profile": profile, "channel": channel });
        app.agent().ask(RECTIFY, json!({ "input": input })).await.user_errors()
    };
    // Before the first order, whatever an offer takes.
    assert_eq!(rectify(json!({ "email": "karin@ek.example" }), "PHONE").await, []);
    let service =
        "mutation { createService(input: { key: \"talk\", name: \"Talk\" }) { userErrors { code } } }";
    assert_eq!(app.compliance().get(service).await.data()["createService"]["userErrors"], json!([]));
    app.start(&customer, "talk").await;
    let before = app.database.dump_but_the_log().await;
    let unneeded = json!({ "nationalId": "19900101-2385", "name": "Karin Eke" });
    let refused = ("NOT_JUSTIFIED".to_owned(), Some("profile.nationalId".to_owned()));
    assert_eq!(rectify(unneeded.clone(), "PHONE").await, [refused]);
    assert_eq!(app.database.dump_but_the_log().await, before);
    // What is wrong may be put right, and what was imported is there.
    assert_eq!(rectify(json!({ "name": "Karin Eke", "email": "k@ek.example" }), "PHONE").await, []);
    assert_eq!(rectify(unneeded, "IMPORT").await, []);

    let kartotek = app.system_id("Kartotek").await;
    let beside = app.record(line(&customer, "user.contact.phone_number", &kartotek, "IMPORT")).await;
    let refused = ("NOT_JUSTIFIED".to_owned(), Some("locations.0.systemId".to_owned()));
    assert_eq!(beside.user_errors(), [refused]);
    app.finish().await;
}

/// What is on the map already is no new disclosure, even where nothing new may go.
#[tokio::test]
async fn recording_again_at_a_third_party_that_is_suspended_changes_nothing() {
    let app = TestApp::new().await;
    let customer = app.register("K-2004").await;
    app.start(&customer, "web-hosting").await;
    app.allow(&customer, "web-hosting").await;
    let place = app.agent().get(HOSTED).await;
    let place = place.data()["services"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|service| service["key"] == "web-hosting")
        .unwrap()["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|need| need["system"]["thirdParty"].is_object())
        .unwrap()
        .clone();
    let (category, system) =
        (place["category"]["key"].as_str().unwrap(), place["system"]["id"].as_str().unwrap());
    let known = line(&customer, category, system, "PHONE");
    assert_eq!(app.record(known.clone()).await.user_errors(), []);
    let suspend =
        json!({ "thirdPartyId": place["system"]["thirdParty"]["id"], "status": "SUSPENDED", "grounds": "G" });
    let assess = "mutation ($input: AssessThirdPartyInput!) { assessThirdParty(input: $input) {
        userErrors { code } } }";
    let suspended = app.compliance().ask(assess, json!({ "input": suspend })).await;
    assert_eq!(suspended.data()["assessThirdParty"]["userErrors"], json!([]));
    assert_eq!(app.record(known.clone()).await.user_errors(), []);
    let mut new = known;
    new["externalReference"] = json!("another");
    assert_eq!(app.record(new).await.user_errors()[0].0, "THIRD_PARTY_NOT_APPROVED");
    app.finish().await;
}

#[tokio::test]
async fn grace_and_law_keep_what_they_keep_and_no_longer() {
    let app = TestApp::new().await;
    let customer = app.register("K-2002").await;
    app.start(&customer, "web-hosting").await;
    let (crm, invoicing) = (app.system_id("Kundregister").await, app.system_id("Faktureringssystem").await);
    for (category, system) in [("user.name", &crm), ("user.name", &invoicing)] {
        assert_eq!(app.record(line(&customer, category, system, "PHONE")).await.user_errors(), []);
    }
    // Ended today (2 March 2026): thirty days of grace, and the books to the end of the seventh year.
    app.database
        .run("UPDATE subscription SET ended_at = started_at WHERE customer_id = (SELECT id FROM customer WHERE reference = 'K-2002')")
        .await;
    let justified = async |days: i64| {
        app.advance(TimeDelta::days(days));
        let lines = map(&app, "K-2002", Some(true)).await;
        lines.iter().map(|line| line["system"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let at = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let within = justified(30).await;
    assert!(at(&within, "Kundregister") && at(&within, "Faktureringssystem"), "{within:?}");
    let after = justified(1).await;
    assert!(!at(&after, "Kundregister") && at(&after, "Faktureringssystem"), "{after:?}");
    let kept = map(&app, "K-2002", Some(true)).await;
    let why =
        &kept.iter().find(|line| line["system"]["name"] == "Faktureringssystem").unwrap()["justifications"];
    assert_eq!(
        *why,
        json!([{ "kind": "RETENTION_RULE", "until": "2033-12-31T23:00:00.000000Z",
            "retentionRule": { "statute": "bokföringslagen (1999:1078) 7 kap. 2 §" } }])
    );
    // The last day of 2033 is 2,829 days on; a day later nothing of it may be there.
    assert!(at(&justified(2_829).await, "Faktureringssystem"));
    assert_eq!(justified(2).await, Vec::<String>::new());
    app.finish().await;
}

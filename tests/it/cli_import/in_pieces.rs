//! What a file says of a customer comes in pieces, in any order, and some of it late: nothing is lost by that, and nothing that
//! was taken back comes again.

use crate::support::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};

const CUSTOMERS: &str = "kundnummer;namn\nI-1;Ida Isaksson\n";
const ENDED: &str = "kund;tjänst;start;slut\nI-1;web-hosting;2022-03-01;2023-04-01\n";
const LIVE: &str = "kund;tjänst;start;slut\nI-1;web-hosting;2023-05-01;\n";

const MAP: &str = "query { customer(reference: \"I-1\") { id status profile { name }
    dataLocations { nodes { state system { name } } }
    tasks { nodes { cause state } }
    consents(first: 9) { nodes { withdrawnAt } } } }";

async fn customer(app: &TestApp) -> Value {
    app.compliance().get(MAP).await.data()["customer"].clone()
}

async fn import(app: &TestApp, name: &str, text: &str) -> Value {
    let file = app.file(name, text);
    app.ran_alone(app.compliance().command("import", &[&file])).await.ended(0, "").json()
}

#[tokio::test]
async fn who_is_said_to_need_it_later_keeps_what_only_something_ended_needed() {
    let app = TestApp::reachable().await;
    import(&app, "kunder.csv", CUSTOMERS).await;
    let told = import(&app, "en.csv", ENDED).await;
    assert_eq!((&told["created"], &told["disposalPending"]), (&json!(1), &json!(1)));
    // It is on its way out, and nothing hurries it: not the sweep, and no time within the week.
    for _ in 0..3 {
        app.advance(TimeDelta::days(2));
        app.sweep().await;
        app.work().await;
        let customer = customer(&app).await;
        assert_eq!(customer["profile"]["name"], "Ida Isaksson");
        assert_eq!(customer["dataLocations"]["nodes"][0]["state"], "DISPOSAL_PENDING");
        assert_eq!(customer["tasks"]["nodes"], json!([{ "cause": "IMPORT", "state": "PENDING" }]));
    }
    import(&app, "tva.csv", LIVE).await;
    app.advance(TimeDelta::days(30));
    app.sweep().await;
    app.work().await;
    let customer = customer(&app).await;
    assert_eq!(
        (&customer["status"], &customer["profile"]["name"]),
        (&json!("ACTIVE"), &json!("Ida Isaksson"))
    );
    assert_eq!(customer["dataLocations"]["nodes"][0]["state"], "HELD");
    assert_eq!(customer["tasks"]["nodes"][0]["state"], "CANCELLED");
    app.finish().await;
}

#[tokio::test]
async fn what_nothing_needs_goes_after_a_week() {
    let app = TestApp::reachable().await;
    import(&app, "kunder.csv", CUSTOMERS).await;
    import(&app, "en.csv", ENDED).await;
    app.advance(TimeDelta::days(7) + TimeDelta::minutes(1));
    app.work().await;
    let customer = customer(&app).await;
    assert_eq!(customer["profile"]["name"], Value::Null);
    assert_eq!(customer["dataLocations"]["nodes"][0]["state"], "ERASED");
    app.finish().await;
}

#[tokio::test]
async fn whoever_asks_for_it_to_go_does_not_wait() {
    let app = TestApp::reachable().await;
    import(&app, "kunder.csv", CUSTOMERS).await;
    import(&app, "en.csv", "kund;tjänst;start;slut\nI-1;consulting;2022-03-01;2023-04-01\n").await;
    let place = "kund;system;kategori;insamlad\nI-1;Projektdatabas;user.job_title;2022-03-02\n";
    assert_eq!(import(&app, "platser.csv", place).await["disposalPending"], 1);
    app.work().await;
    let id = customer(&app).await["id"].as_str().unwrap().to_owned();
    let tasks =
        "query ($id: ID) { customer(id: $id) { tasks(filter: { states: [PENDING, NEEDS_HUMAN] }) { nodes {
        cause state system { name } } } } }";
    let open = async || {
        let answer = app.compliance().ask(tasks, json!({ "id": id })).await;
        let nodes = answer.data()["customer"]["tasks"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().filter(|task| task["system"]["name"] == "Projektdatabas").collect::<Vec<_>>()
    };
    let told = open().await;
    assert_eq!((told.len(), &told[0]["cause"], &told[0]["state"]), (1, &json!("IMPORT"), &json!("PENDING")));
    app.erased(&id).await;
    app.work().await;
    let told = open().await;
    assert_eq!(
        (told.len(), &told[0]["cause"], &told[0]["state"]),
        (1, &json!("DATA_REQUEST"), &json!("NEEDS_HUMAN"))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_file_from_before_brings_nothing_back_that_was_taken_back() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    import(&app, "kunder.csv", CUSTOMERS).await;
    import(&app, "tva.csv", LIVE).await;
    let consents = |rest: &str| {
        format!(
            "kund;tjänst;mottagare;ändamål;kategorier;lämnat;information;återkallat\n\
             I-1;web-hosting;Brevduvan Utskick AB;DELIVER_SERVICE;{rest}\n"
        )
    };
    import(&app, "ett.csv", &consents("user.contact.email;2024-01-01;Vi lämnar ut.;2024-06-01")).await;
    // The end of the subscription comes on record as well.
    let id = customer(&app).await["id"].clone();
    let of = "query ($id: ID) { customer(id: $id) { serviceSubscriptions { nodes { id } } } }";
    let found = officer.ask(of, json!({ "id": id })).await;
    let subscription = &found.data()["customer"]["serviceSubscriptions"]["nodes"][0]["id"];
    let input = json!({ "input": { "serviceSubscriptionId": subscription, "reason": "over" } });
    assert_eq!(officer.ask(crate::support::dispose::END, input).await.user_errors(), []);

    for (name, text, told) in [
        (
            "igen.csv",
            LIVE.replace("-05-01", "-05-01 10:00"),
            "line 2, column slut: A subscription to this service that began on this day",
        ),
        (
            "samma.csv",
            consents("user.contact.email user.name;2024-05-31;Vi lämnar ut.;"),
            "line 2, column lämnat: They took such a consent back at this moment or later",
        ),
    ] {
        let file = app.file(name, &text);
        app.ran_alone(officer.command("import", &[&file])).await.ended(3, told);
    }
    let after = customer(&app).await;
    assert_eq!(
        (&after["status"], after["consents"]["nodes"].as_array().unwrap().len()),
        (&json!("DORMANT"), 1)
    );
    // What was allowed anew is that.
    let anew = consents("user.contact.email;2024-07-01;Vi lämnar ut.;");
    import(&app, "ny.csv", &anew).await;
    assert_eq!(customer(&app).await["consents"]["nodes"].as_array().unwrap().len(), 2);
    app.finish().await;
}

/// What was allowed before is proved as what is allowed here is: by a receipt, which says when it was, and taken back.
#[tokio::test]
async fn a_consent_that_was_brought_in_has_a_receipt() {
    let app = TestApp::reachable().await;
    import(&app, "kunder.csv", CUSTOMERS).await;
    import(&app, "tva.csv", LIVE).await;
    let consent = "kund;tjänst;mottagare;ändamål;kategorier;lämnat;information;återkallat\n\
                   I-1;web-hosting;Brevduvan Utskick AB;DELIVER_SERVICE;user.contact.email;2024-01-01;Vi lämnar ut din \
                   adress.;2024-06-01\n";
    import(&app, "samtycken.csv", consent).await;
    let of = "query { customer(reference: \"I-1\") { consents(first: 9) { nodes { receipt } } } }";
    let receipt =
        app.compliance().get(of).await.data()["customer"]["consents"]["nodes"][0]["receipt"].clone();
    let record = &receipt["dpv:hasRecordOfActivity"];
    let states = record["dpv:hasConsentStatus"].as_array().unwrap().iter();
    let states = states.map(|state| (state["@type"][0].as_str(), state["dpv:isIndicatedAtTime"].as_str()));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            (Some("dpv:ConsentGiven"), Some("2023-12-31T23:00:00.000000Z")),
            (Some("dpv:ConsentWithdrawn"), Some("2024-05-31T22:00:00.000000Z")),
        ]
    );
    let process = &record["dpv:hasProcess"][0];
    assert_eq!(process["dpv:hasPersonalData"][0]["skos:notation"], "user.contact.email");
    assert_eq!(record["dpv:hasNotice"]["dct:date"], "2023-12-31T23:00:00.000000Z");
    let text = receipt.to_string();
    assert!(!text.contains("Ida") && !text.contains("I-1\""), "{text}");
    app.finish().await;
}

/// The row of the service that they still have was left out, and comes a few days later. What they allowed for it is not over.
#[tokio::test]
async fn a_consent_waits_for_the_service_that_it_was_given_for() {
    let app = TestApp::reachable().await;
    import(&app, "kunder.csv", CUSTOMERS).await;
    import(&app, "en.csv", ENDED).await;
    let consent = "kund;tjänst;mottagare;ändamål;kategorier;lämnat;information\n\
                   I-1;web-hosting;Fjällripan Hosting AB;DELIVER_SERVICE;user.name;2022-03-01;Vi lämnar ut ditt namn.\n";
    import(&app, "samtycken.csv", consent).await;
    let of = "query { customer(reference: \"I-1\") { consents(first: 9) { nodes { active } } } }";
    let active = async || app.compliance().get(of).await.data()["customer"]["consents"]["nodes"].clone();
    app.advance(TimeDelta::days(2));
    app.sweep().await;
    assert_eq!(active().await, json!([{ "active": true }]));
    import(&app, "tva.csv", LIVE).await;
    app.advance(TimeDelta::days(8));
    app.sweep().await;
    assert_eq!(active().await, json!([{ "active": true }]));
    app.finish().await;

    // Where it never comes, it is.
    let app = TestApp::reachable().await;
    for (name, text) in [("kunder.csv", CUSTOMERS), ("en.csv", ENDED), ("samtycken.csv", consent)] {
        import(&app, name, text).await;
    }
    app.advance(TimeDelta::days(8));
    app.sweep().await;
    let of = "query { customer(reference: \"I-1\") { consents(first: 9) { nodes { active } } } }";
    let left = app.compliance().get(of).await.data()["customer"]["consents"]["nodes"].clone();
    assert_eq!(left, json!([{ "active": false }]));
    app.finish().await;
}

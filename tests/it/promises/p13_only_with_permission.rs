//! P13: what is shared is shared with the customer's permission, for that third party, purpose and data.

use crate::support::{
    TestApp,
    disclose::{GRANT, WITHDRAW, assert_says_nothing_of},
};
use serde_json::{Value, json};

#[tokio::test]
async fn without_permission_nothing_goes_and_with_it_no_more_than_was_allowed() {
    let app = TestApp::new().await;
    let customer = app.register("K-4301").await;
    app.start(&customer, "web-hosting").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let missing = |answer: crate::support::Answer| {
        answer.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    let share = async |categories: &[&str]| missing(app.share(&customer, &host, categories).await);
    assert_eq!(share(&["user.name"]).await, ["NOTICE_NOT_DELIVERED", "CONSENT_MISSING"]);
    // What is missing is said in full.
    let input = json!({ "customerId": customer, "systemId": host, "purpose": "DELIVER_SERVICE",
        "categories": ["user.name"], "channel": "EMAIL" });
    let document = "mutation ($input: ShareDataInput!) { shareData(input: $input) {
        blockers { code thirdParty { name } categories { key } } userErrors { code } } }";
    let refused = app.agent().ask(document, json!({ "input": input })).await;
    let missing_for = json!({ "code": "CONSENT_MISSING", "thirdParty": { "name": "Fjällripan Hosting AB" },
        "categories": [{ "key": "user.name" }] });
    assert_eq!(refused.data()["shareData"]["blockers"][1], missing_for);
    let notice = app.tell(&customer, "web-hosting").await;
    assert_eq!(share(&["user.name"]).await, ["CONSENT_MISSING"]);

    // The customer gives it themselves, for one of the things asked for.
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let input = json!({ "customerId": customer, "noticeId": notice, "thirdPartyId": party,
        "purpose": "DELIVER_SERVICE", "categories": ["user.name"], "channel": "SYSTEM" });
    let me = app.customer_user("K-4301");
    assert_eq!(me.ask(GRANT, json!({ "input": input })).await.user_errors(), []);
    assert_eq!(share(&["user.name", "user.contact.email"]).await, ["CONSENT_MISSING"]);
    assert_eq!(share(&["user.name"]).await, [] as [&str; 0]);
    let another = app.customer_user("K-1001").ask(GRANT, json!({ "input": input })).await;
    assert_eq!(another.code(), Some("NOT_FOUND"));
    app.finish().await;
}

/// Taking it back takes no more than giving it, by the customer themselves or by whom they tell (Art. 7(3)): nothing
/// goes there any more, and what is there needs another reason.
#[tokio::test]
async fn permission_is_taken_back_as_easily_as_it_was_given() {
    let app = TestApp::new().await;
    let customer = app.register("K-4302").await;
    app.start(&customer, "web-hosting").await;
    let consents = app.allow(&customer, "web-hosting").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    assert_eq!(app.share(&customer, &host, &["user.name", "user.contact.email"]).await.user_errors(), []);
    let there = async |justified: bool| {
        let document = "query ($host: [ID!], $justified: Boolean) { customer(reference: \"K-4302\") {
            dataLocations(filter: { systemIds: $host, justified: $justified }) { totalCount } } }";
        let variables = json!({ "host": [host], "justified": justified });
        let answer = app.agent().ask(document, variables).await;
        answer.data()["customer"]["dataLocations"]["totalCount"].as_u64().unwrap()
    };
    assert_eq!((there(true).await, there(false).await), (2, 0));

    let input = json!({ "input": { "consentId": consents[0], "channel": "EMAIL", "evidence": "mail 17" } });
    // Nobody else's, which is answered like one that is not there.
    let other = app.customer_user("K-1001");
    let nothing =
        json!({ "input": { "consentId": app.service_id("web-hosting").await, "channel": "EMAIL" } });
    let (theirs, none) =
        (other.ask(WITHDRAW, input.clone()).await, other.ask(WITHDRAW, nothing.clone()).await);
    assert_eq!((theirs.code(), &theirs.json), (Some("NOT_FOUND"), &none.json));
    for answer in [&theirs, &none] {
        let event = app.event(answer).await;
        assert_eq!((&*event.kind, &*event.ending()), ("WRITE", "DENIED NOT_FOUND"));
        assert!(event.subjects.is_empty());
    }
    let refused = app.agent().ask(WITHDRAW, nothing).await;
    assert_eq!(refused.user_errors(), [("NOT_FOUND".to_owned(), Some("consentId".to_owned()))]);
    let me = app.customer_user("K-4302");
    let withdrawn = me.ask(WITHDRAW, input.clone()).await;
    assert_eq!(withdrawn.user_errors(), []);
    let consent = &withdrawn.data()["withdrawConsent"]["consent"];
    assert_eq!(consent["active"], false);
    let history =
        "query ($id: ID!) { node(id: $id) { ... on Consent { events { kind channel evidence } } } }";
    let history = me.ask(history, json!({ "id": consents[0] })).await;
    assert_eq!(
        history.data()["node"]["events"],
        json!([
            { "kind": "GRANTED", "channel": "EMAIL", "evidence": null },
            { "kind": "WITHDRAWN", "channel": "EMAIL", "evidence": "mail 17" },
        ])
    );
    assert_eq!(app.event(&withdrawn).await.ending(), "ALLOWED");
    assert_eq!((there(true).await, there(false).await), (0, 2));
    let refused = app.share(&customer, &host, &["user.name"]).await;
    assert_eq!(refused.user_errors(), [("CONSENT_MISSING".to_owned(), None)]);
    let again = app.agent().ask(WITHDRAW, input).await;
    assert_eq!(again.user_errors(), [("CONSENT_WITHDRAWN".to_owned(), Some("consentId".to_owned()))]);

    // Given anew, it is as before.
    app.allow(&customer, "web-hosting").await;
    assert_eq!((there(true).await, there(false).await), (2, 0));
    app.finish().await;
}

/// Whoever shares and whoever withdraws at the same instant: what was shared was allowed at that moment.
#[tokio::test]
async fn nothing_is_shared_once_permission_was_taken_back() {
    let app = TestApp::new().await;
    let host = app.system_id("Fjällripan webbservrar").await;
    for number in 0..8 {
        let reference = format!("K-44{number:02}");
        let customer = app.register(&reference).await;
        app.start(&customer, "web-hosting").await;
        let consents = app.allow(&customer, "web-hosting").await;
        let input = json!({ "input": { "consentId": consents[0], "channel": "EMAIL" } });
        let (agent, categories) = (app.agent(), ["user.name"]);
        let (shared, withdrawn) =
            tokio::join!(app.share(&customer, &host, &categories), agent.ask(WITHDRAW, input));
        assert_eq!(withdrawn.user_errors(), []);
        let document = "query ($id: ID) { customer(id: $id) { disclosures { nodes { disclosedAt } }
            consents { nodes { withdrawnAt } } } }";
        let told = app.agent().ask(document, json!({ "id": customer })).await;
        let customer = &told.data()["customer"];
        let ended = customer["consents"]["nodes"][0]["withdrawnAt"].as_str().unwrap();
        let given = customer["disclosures"]["nodes"].as_array().unwrap();
        assert_eq!(given.len(), usize::from(shared.user_errors().is_empty()));
        assert!(given.iter().all(|one| one["disclosedAt"].as_str().unwrap() < ended), "{customer:#}");
    }
    app.finish().await;
}

/// The customer has it in hand what they allowed (Art. 7(1)): a receipt in a form that other programs read too, which
/// names nobody, and shows that it was taken back.
#[tokio::test]
async fn a_receipt_shows_what_was_allowed_and_that_it_was_taken_back() {
    let app = TestApp::new().await;
    let customer = app.register("K-4303").await;
    let consents = app.allow(&customer, "web-hosting").await;
    let ask = async || {
        let document = "query ($id: ID!) { node(id: $id) { ... on Consent { receipt categories { key }
            thirdParty { id name country } notice { id sha256 } } } }";
        let answer = app.customer_user("K-4303").ask(document, json!({ "id": consents[0] })).await;
        answer.data()["node"].clone()
    };
    let consent = ask().await;
    let receipt = &consent["receipt"];
    let record = &receipt["dpv:hasRecordOfActivity"];
    assert_eq!(receipt["@type"], "dpv:ConsentReceipt");
    assert_eq!(receipt["dct:identifier"].as_str().map(str::len), Some(64));
    assert_eq!(
        (&record["dct:identifier"], &record["dpv:hasDataSubject"]),
        (&json!(consents[0]), &json!(customer))
    );
    let notice = &record["dpv:hasNotice"];
    assert_eq!((&notice["dct:identifier"], &notice["schema:sha256"]), {
        (&consent["notice"]["id"], &consent["notice"]["sha256"])
    });
    assert_eq!(record["dct:language"], "sv");
    let process = &record["dpv:hasProcess"][0];
    let told = process["dpv:hasPersonalData"].as_array().unwrap().iter().map(|row| &row["skos:notation"]);
    let allowed = consent["categories"].as_array().unwrap().iter().map(|row| &row["key"]);
    assert!(told.clone().count() > 0 && told.eq(allowed), "{consent:#}");
    assert_eq!(process["dpv:hasPurpose"]["dct:identifier"], "DELIVER_SERVICE");
    assert_eq!(process["dpv:hasRecipient"], json!([consent["thirdParty"]["id"]]));
    assert_eq!(process["dpv:hasStorageCondition"][0]["dpv:hasLocation"], json!(["loc:SE"]));
    assert_eq!(process["dpv:hasJurisdiction"], "loc:SE");
    assert_eq!(process["dpv:hasConsentControl"]["dpv:isExercisedAt"], "mailto:hej@bjorkobit.example");
    let names = record["dpv:hasEntity"].as_array().unwrap().iter().map(|party| party["dpv:hasName"].as_str());
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            Some("Björk & Bit Webbyrå AB"),
            Some("Fjällripan Hosting AB"),
            Some("Integritetsskyddsmyndigheten (IMY)"),
            None
        ]
    );
    let states = |record: &Value| {
        let events = record["dpv:hasConsentStatus"].as_array().unwrap().iter();
        events.map(|event| event["@type"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(record), ["dpv:ConsentGiven"]);

    let input = json!({ "consentId": consents[0], "channel": "PHONE", "evidence": "call with Kim Testsson" });
    assert_eq!(app.agent().ask(WITHDRAW, json!({ "input": input })).await.user_errors(), []);
    let after = ask().await["receipt"].clone();
    let record = &after["dpv:hasRecordOfActivity"];
    assert_eq!(states(record), ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]);
    assert_eq!(record["dpv:hasConsentStatus"][1]["dpv:isIndicatedBy"], json!(customer));
    assert_eq!(after["dct:created"], record["dpv:hasConsentStatus"][1]["dpv:isIndicatedAtTime"]);
    assert_ne!(after["dct:identifier"], receipt["dct:identifier"]);
    for receipt in [receipt.to_string(), after.to_string()] {
        assert_says_nothing_of("K-4303", &receipt);
        assert!(!receipt.contains("Testsson"), "{receipt}");
    }
    app.finish().await;
}

/// What the customer has in hand is what they were told and allowed. Whatever the company, its third parties and its
/// services become later, only the consent's own history makes it another receipt.
#[tokio::test]
async fn a_receipt_stays_what_it_was_whatever_changes() {
    let app = TestApp::new().await;
    let customer = app.register("K-4304").await;
    let consents = app.allow(&customer, "web-hosting").await;
    let receipt = async |consent: &str| {
        let document = "query ($id: ID!) { node(id: $id) { ... on Consent { receipt } } }";
        let answer = app.customer_user("K-4304").ask(document, json!({ "id": consent })).await;
        answer.data()["node"]["receipt"].clone()
    };
    let given = receipt(&consents[0]).await;
    assert_eq!(given["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"].as_array().unwrap().len(), 1);
    change_all_that_a_receipt_tells_of(&app).await;
    assert_eq!(receipt(&consents[0]).await.to_string(), given.to_string());

    // Taken back, it is the same but for that.
    let input = json!({ "consentId": consents[0], "channel": "EMAIL" });
    assert_eq!(app.agent().ask(WITHDRAW, json!({ "input": input })).await.user_errors(), []);
    let mut withdrawn = receipt(&consents[0]).await;
    let events = withdrawn["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"].as_array_mut().unwrap();
    assert_eq!(events.pop().unwrap()["@type"][0], "dpv:ConsentWithdrawn");
    for field in ["dct:identifier", "dpv:hasIdentifier", "dct:created"] {
        assert_ne!(withdrawn[field], given[field], "{field}");
        withdrawn[field] = given[field].clone();
    }
    assert_eq!(withdrawn.to_string(), given.to_string());

    // Who is told now and allows it has a receipt of how it is now.
    let anew = app.allow(&customer, "web-hosting").await;
    let (anew, before) = (receipt(&anew[0]).await.to_string(), given.to_string());
    for word in [
        "dpv:DataImporter",
        "dpv:JointDataControllers",
        "loc:NO",
        "Otherwise AB",
        "Renamed Hosting Inc",
        "privacy@renamed.example",
        "The other authority",
        "\"CA\"",
        "P90D",
        "P9Y",
        "Another law 1:1",
        "Another purpose",
        "Another name",
        "Another service",
    ] {
        assert!(anew.contains(word) && !before.contains(word), "{word}: {anew}");
    }
    app.finish().await;
}

/// Names, roles, places and lengths of time.
async fn change_all_that_a_receipt_tells_of(app: &TestApp) {
    let service = app.service_id("web-hosting").await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let needs = "query ($id: ID!) { node(id: $id) { ... on Service { requirements { onEnd grace
        category { id key } purpose { id key } system { id } } } } }";
    let needs = app.compliance().ask(needs, json!({ "id": service })).await;
    let needs = needs.data()["node"]["requirements"].as_array().unwrap().clone();
    let shared = needs.iter().filter(|need| need["system"]["id"] == host.as_str()).collect::<Vec<_>>();
    let (category, purpose) = (&shared[0]["category"], &shared[0]["purpose"]);
    let longer = needs.iter().map(|need| {
        let grace = if need["system"]["id"] == host.as_str() { &json!("P90D") } else { &need["grace"] };
        json!({ "category": need["category"]["key"], "purpose": need["purpose"]["key"],
            "systemId": need["system"]["id"], "onEnd": need["onEnd"], "grace": grace })
    });
    let authority = json!({ "name": "The other authority" });
    for (field, input) in [
        (
            "updateThirdParty",
            json!({ "thirdPartyId": party, "name": "Renamed Hosting Inc", "country": "CA",
            "role": "JOINT_CONTROLLER", "privacyContact": "privacy@renamed.example" }),
        ),
        ("setDataRequirements", json!({ "serviceId": service, "requirements": longer.collect::<Vec<_>>() })),
        (
            "setRetentionRule",
            json!({ "category": category["key"], "purpose": purpose["key"], "keepFor": "P9Y",
            "countedFrom": "SUBSCRIPTION_ENDED", "statute": "Another law 1:1" }),
        ),
        (
            "updateController",
            json!({ "name": "Otherwise AB", "country": "NO", "email": "other@otherwise.example",
            "supervisoryAuthority": authority }),
        ),
        ("updatePurpose", json!({ "purposeId": purpose["id"], "name": "Another purpose" })),
        ("updateDataCategory", json!({ "dataCategoryId": category["id"], "name": "Another name" })),
        ("updateService", json!({ "serviceId": service, "name": "Another service" })),
    ] {
        let mut kind = format!("{field}Input");
        kind[..1].make_ascii_uppercase();
        let document = format!(
            "mutation ($input: {kind}!) {{ {field}(input: $input) {{
            userErrors {{ code message field }} }} }}"
        );
        let answer = app.compliance().ask(&document, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), [], "{field}");
    }
}

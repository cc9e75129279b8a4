//! P12: before anything is given away the customer is told which data, to whom, and what for.

use crate::support::{
    TestApp,
    disclose::{DELIVER, GRANT, assert_says_nothing_of},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_notice_says_what_goes_where_in_the_customers_language() {
    let app = TestApp::new().await;
    let customer = app.register("K-4201").await;
    let check = app.check(&customer, "web-hosting").await;
    let text = check["noticeText"].as_str().unwrap();
    for said in [
        "Fjällripan Hosting AB får:",
        "E-postadress",
        "Ändamål: ",
        "Land: SE, inom EES.",
        "Påhittade gränd 4, 123 45 Exempelstad. Dataskyddsombud:",
        "Du kan när som helst ta tillbaka ditt samtycke",
        "Integritetsskyddsmyndigheten",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    assert_eq!(check["noticeSha256"], hash);

    // What was shown is what is recorded, word for word.
    let service = app.service_id("web-hosting").await;
    let deliver = async |hash: &str, locale: Option<&str>| {
        let input = json!({ "customerId": customer, "serviceId": service, "channel": "EMAIL",
            "noticeSha256": hash, "locale": locale });
        app.agent().ask(DELIVER, json!({ "input": input })).await
    };
    let told = deliver(&hash, None).await;
    assert_eq!(told.user_errors(), []);
    assert_eq!(told.data()["deliverNotice"]["notice"]["text"], text);
    let other = deliver(&hash, Some("EN")).await;
    assert_eq!(other.user_errors(), [("NOTICE_CHANGED".to_owned(), Some("noticeSha256".to_owned()))]);
    app.finish().await;
}

/// A consent rests on a notice that was delivered to that customer, says it, and still reads so.
#[tokio::test]
async fn consent_rests_on_what_was_told() {
    let app = TestApp::new().await;
    let [customer, other] = [app.register("K-4202").await, app.register("K-4203").await];
    let notice = app.tell(&customer, "web-hosting").await;
    let theirs = app.tell(&other, "web-hosting").await;
    let domain = app.tell(&customer, "domain-se").await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let grant = async |notice: &str, categories: &[&str]| {
        let input = json!({ "customerId": customer, "noticeId": notice, "thirdPartyId": party,
            "purpose": "DELIVER_SERVICE", "categories": categories, "channel": "PHONE" });
        app.agent().ask(GRANT, json!({ "input": input })).await.user_errors()
    };
    let refused = |code: &str, field: &str| [(code.to_owned(), Some(field.to_owned()))];
    let before = app.database.dump_but_the_log().await;
    assert_eq!(grant(&theirs, &["user.name"]).await, refused("NOT_FOUND", "noticeId"));
    // To a customer, another's notice is as none.
    let me = app.customer_user("K-4202");
    let mut told = Vec::new();
    for notice in [&theirs, &customer] {
        let input = json!({ "customerId": customer, "noticeId": notice, "thirdPartyId": party,
            "purpose": "DELIVER_SERVICE", "categories": ["user.name"], "channel": "EMAIL" });
        let answer = me.ask(GRANT, json!({ "input": input })).await;
        told.push((answer.user_errors(), app.event(&answer).await.subjects.len()));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0, refused("NOT_FOUND", "noticeId"));
    assert_eq!(grant(&domain, &["user.name"]).await, refused("NOTICE_MISMATCH", "categories.0"));
    assert_eq!(
        grant(&notice, &["user.name", "user.payment"]).await,
        refused("NOTICE_MISMATCH", "categories.1")
    );
    assert_eq!(app.database.dump_but_the_log().await, before);

    // The hosting company moves: what was told is not what would happen.
    let moved = json!({ "thirdPartyId": party, "country": "NO" });
    let update = "mutation ($input: UpdateThirdPartyInput!) { updateThirdParty(input: $input) {
        userErrors { code message field } } }";
    assert_eq!(app.compliance().ask(update, json!({ "input": moved })).await.user_errors(), []);
    assert_eq!(grant(&notice, &["user.name"]).await, refused("NOTICE_CHANGED", "categories.0"));
    let anew = app.tell(&customer, "web-hosting").await;
    assert_eq!(grant(&anew, &["user.name"]).await, []);
    assert_eq!(grant(&anew, &["user.name"]).await, [("ALREADY_EXISTS".to_owned(), None)]);
    app.finish().await;
}

/// A machine reads the same, and reads it for ever as it was told.
#[tokio::test]
async fn a_machine_reads_the_notice_as_it_was_told() {
    let app = TestApp::new().await;
    let customer = app.register("K-4204").await;
    let notice = app.tell(&customer, "web-hosting").await;
    let read = async |notice: &str| {
        let document = "query ($id: ID!) { node(id: $id) { ... on Notice { tilt deliveredAt } } }";
        let answer = app.customer_user("K-4204").ask(document, json!({ "id": notice })).await;
        answer.data()["node"].clone()
    };
    let told = read(&notice).await;
    let tilt = &told["tilt"];
    for (path, value) in [
        ("/meta/name", json!("Björk & Bit Webbyrå AB")),
        ("/meta/created", told["deliveredAt"].clone()),
        ("/meta/language", json!("sv")),
        ("/controller/address", json!("Påhittade gränd 4, 123 45 Exempelstad")),
        ("/dataProtectionOfficer/email", json!("dataskydd@bjorkobit.example")),
        ("/dataDisclosed/0/recipients/0/name", json!("Fjällripan Hosting AB")),
        ("/dataDisclosed/0/recipients/0/country", json!("SE")),
        ("/dataDisclosed/0/legalBases/0/reference", json!("GDPR-6-1-a")),
        ("/thirdCountryTransfers", json!([])),
        ("/rightToWithdrawConsent/available", json!(true)),
        ("/automatedDecisionMaking", json!({ "inUse": false })),
    ] {
        assert_eq!(tilt.pointer(path), Some(&value), "{path}: {tilt:#}");
    }
    // Its hash is that of the rest, with the fields of each object in order and nothing between.
    let mut rest = tilt.clone();
    let hash = rest["meta"].as_object_mut().unwrap().remove("_hash").unwrap();
    rest.sort_all_objects();
    let digest = Sha256::digest(rest.to_string());
    assert_eq!(hash, hex::encode(digest));
    assert_says_nothing_of("K-4204", &tilt.to_string());
    assert!(!tilt.to_string().contains(&customer), "{tilt:#}");

    // The hosting company moves across the ocean. Who is told now is told otherwise; what was told is what it was.
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let moved = json!({ "thirdPartyId": party, "country": "US" });
    let update = "mutation ($input: UpdateThirdPartyInput!) { updateThirdParty(input: $input) {
        userErrors { code message field } } }";
    assert_eq!(app.compliance().ask(update, json!({ "input": moved })).await.user_errors(), []);
    assert_eq!(read(&notice).await, told);
    let service = app.service_id("web-hosting").await;
    let input = json!({ "customerId": customer, "serviceId": service, "channel": "EMAIL", "locale": "EN" });
    let anew = app.agent().ask(DELIVER, json!({ "input": input })).await;
    let anew = read(anew.data()["deliverNotice"]["notice"]["id"].as_str().unwrap()).await["tilt"].clone();
    assert_eq!(anew["thirdCountryTransfers"][0]["country"], "US");
    assert_eq!(anew["meta"]["language"], "en");
    let purpose = |tilt: &Value| tilt["dataDisclosed"][0]["purposes"][0]["purpose"].clone();
    assert_ne!(purpose(&anew), purpose(tilt));
    app.finish().await;
}

/// Whoever takes an order sees at once what has to be shared with whom, and what is missing; and whoever records a place
/// at a third party what stands in the way.
#[tokio::test]
async fn an_order_says_what_it_takes() {
    let app = TestApp::new().await;
    let customer = app.register("K-4299").await;
    let service = app.service_id("web-hosting").await;
    let document = "mutation ($input: StartSubscriptionInput!) { startSubscription(input: $input) {
        disclosureCheck { allowed disclosures { thirdParty { name } } blockers { code } } userErrors { code } } }";
    let input = json!({ "customerId": customer, "serviceId": service, "channel": "PHONE" });
    let started = app.agent().ask(document, json!({ "input": input })).await;
    let check = &started.data()["startSubscription"]["disclosureCheck"];
    assert_eq!(check["disclosures"][0]["thirdParty"]["name"], "Fjällripan Hosting AB");
    assert_eq!(check["blockers"], json!([{ "code": "NOTICE_NOT_DELIVERED" }, { "code": "CONSENT_MISSING" }]));

    let document = "mutation ($input: RecordDataLocationsInput!) { recordDataLocations(input: $input) {
        blockers { code thirdParty { name } } userErrors { code } } }";
    let line = json!({ "customerId": customer, "category": "user.name", "sourceChannel": "PHONE",
        "systemId": app.system_id("Fjällripan webbservrar").await });
    let refused = app.agent().ask(document, json!({ "input": { "locations": [line] } })).await;
    let blockers = &refused.data()["recordDataLocations"]["blockers"];
    assert_eq!(
        blockers[1],
        json!({ "code": "CONSENT_MISSING", "thirdParty": { "name": "Fjällripan Hosting AB" } })
    );

    // Whoever is on hold can be looked for, and what a recipient was told to do stands with it.
    app.hold(&customer, None).await;
    let document = "{ customers(first: 5, filter: { onHold: true }) { nodes { reference recipients(first: 5) { nodes { tasks { totalCount } } } } } }";
    let held = app.compliance().ask(document, json!({})).await;
    assert_eq!(
        held.data()["customers"]["nodes"],
        json!([{ "reference": "K-4299", "recipients": { "nodes": [] } }])
    );
    let (customer, subscription) = app.hosted("K-4298").await;
    assert_eq!(app.end(&subscription, json!({})).await.user_errors(), []);
    let document = "query ($id: ID!) { customer(id: $id) { recipients(first: 5) { nodes { tasks(first: 5) { nodes { system { name } } } } } } }";
    let told = app.agent().ask(document, json!({ "id": customer })).await;
    let tasks = &told.data()["customer"]["recipients"]["nodes"][0]["tasks"]["nodes"];
    assert_eq!(*tasks, json!([{ "system": { "name": "Fjällripan webbservrar" } }]));
    app.finish().await;
}

//! P11: data goes to a third party only where a service that was ordered needs it.

use crate::support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn what_no_service_needs_there_is_not_given() {
    let app = TestApp::new().await;
    let customer = app.register("K-4101").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    // Told and allowed, and yet nothing was ordered.
    app.allow(&customer, "web-hosting").await;
    let needless = [("NOT_REQUIRED_BY_A_LIVE_SERVICE".to_owned(), None)];
    assert_eq!(app.share(&customer, &host, &["user.name"]).await.user_errors(), needless);
    let check = app.check(&customer, "web-hosting").await;
    let codes = check["blockers"].as_array().unwrap().iter().map(|one| one["code"].clone());
    assert!(codes.clone().all(|code| code == "NOT_REQUIRED_BY_A_LIVE_SERVICE"), "{check:#}");
    assert!(codes.count() > 0);

    app.start(&customer, "web-hosting").await;
    assert_eq!(app.check(&customer, "web-hosting").await["blockers"], json!([]));
    assert_eq!(app.share(&customer, &host, &["user.name"]).await.user_errors(), []);
    // Something else than the service needs there.
    let more = app.share(&customer, &host, &["user.name", "user.financial.bank_account"]).await;
    let codes = more.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(codes, ["NOT_REQUIRED_BY_A_LIVE_SERVICE", "NOTICE_NOT_DELIVERED", "CONSENT_MISSING"]);
    // One's own systems are nobody else's.
    let own = app.system_id("Kundregister").await;
    let refused = app.share(&customer, &own, &["user.name"]).await;
    assert_eq!(refused.user_errors(), [("NOT_A_THIRD_PARTY".to_owned(), Some("systemId".to_owned()))]);
    app.finish().await;
}

/// Who was given what, when and with whose permission, is there for the customer to see (Art. 15(1)(c)).
#[tokio::test]
async fn what_was_given_is_on_record() {
    let app = TestApp::new().await;
    let customer = app.register("K-4102").await;
    app.start(&customer, "web-hosting").await;
    let consents = app.allow(&customer, "web-hosting").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    assert_eq!(app.share(&customer, &host, &["user.name", "user.contact.email"]).await.user_errors(), []);
    let mine = app
        .customer_user("K-4102")
        .get(
            "{ customer(reference: \"K-4102\") {
                disclosures { nodes { thirdParty { name } system { name } purpose { key } categories { key }
                    consent { id } channel } }
                recipients { nodes { thirdParty { name } categories { key } holdsData firstReceivedAt } }
                dataLocations { nodes { system { name } category { key } sourceChannel } } } }",
        )
        .await;
    let customer = &mine.data()["customer"];
    assert_eq!(
        customer["disclosures"]["nodes"],
        json!([{
            "thirdParty": { "name": "Fjällripan Hosting AB" }, "system": { "name": "Fjällripan webbservrar" },
            "purpose": { "key": "DELIVER_SERVICE" },
            "categories": [{ "key": "user.contact.email" }, { "key": "user.name" }],
            "consent": { "id": consents[0] }, "channel": "EMAIL",
        }])
    );
    let recipients = customer["recipients"]["nodes"].as_array().unwrap();
    assert_eq!(recipients.len(), 1);
    assert_eq!(recipients[0]["thirdParty"]["name"], "Fjällripan Hosting AB");
    assert_eq!(recipients[0]["holdsData"], true);
    assert_eq!(recipients[0]["categories"], json!([{ "key": "user.contact.email" }, { "key": "user.name" }]));
    let there = customer["dataLocations"]["nodes"].as_array().unwrap().iter();
    let there = there.filter(|line| line["system"]["name"] == "Fjällripan webbservrar");
    let there = there.map(|line| line["category"]["key"].clone()).collect::<Vec<Value>>();
    assert_eq!(there.len(), 2);
    app.finish().await;
}

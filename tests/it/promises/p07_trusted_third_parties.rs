//! P7: nothing goes to a third party that is not trusted, or no longer.

use crate::support::TestApp;
use serde_json::json;

const ASSESS: &str = "mutation ($input: AssessThirdPartyInput!) { assessThirdParty(input: $input) {
    userErrors { code message field } } }";

const UPDATE: &str = "mutation ($input: UpdateThirdPartyInput!) { updateThirdParty(input: $input) {
    userErrors { code message field } } }";

#[tokio::test]
async fn whoever_loses_trust_is_given_nothing_from_that_moment() {
    let app = TestApp::new().await;
    let customer = app.register("K-4001").await;
    app.start(&customer, "web-hosting").await;
    app.allow(&customer, "web-hosting").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let shared = app.share(&customer, &host, &["user.name"]).await;
    assert_eq!(shared.user_errors(), []);
    assert_eq!(app.check(&customer, "web-hosting").await["allowed"], true);

    let suspended = json!({ "thirdPartyId": party, "status": "SUSPENDED", "grounds": "An incident." });
    assert_eq!(app.compliance().ask(ASSESS, json!({ "input": suspended })).await.user_errors(), []);
    let before = app.database.dump_but_the_log().await;
    let refused = app.share(&customer, &host, &["user.contact.email"]).await;
    assert_eq!(refused.user_errors(), [("THIRD_PARTY_NOT_APPROVED".to_owned(), None)]);
    let line = json!({ "customerId": customer, "category": "user.contact.email", "systemId": host,
        "sourceChannel": "EMAIL" });
    let recorded = app.record(line).await;
    let at = Some("locations.0.systemId".to_owned());
    assert_eq!(recorded.user_errors(), [("THIRD_PARTY_NOT_APPROVED".to_owned(), at)]);
    assert_eq!(app.database.dump_but_the_log().await, before);
    assert_eq!(app.event(&refused).await.ending(), "FAILED THIRD_PARTY_NOT_APPROVED");
    assert_eq!(app.check(&customer, "web-hosting").await["allowed"], false);
    app.finish().await;
}

/// Whatever is wrong is said at once, so that nobody has to find out one thing after the other.
#[tokio::test]
async fn all_that_stands_in_the_way_is_told_at_once() {
    let app = TestApp::new().await;
    let customer = app.register("K-4002").await;
    app.start(&customer, "web-hosting").await;
    app.allow(&customer, "web-hosting").await;
    let host = app.system_id("Fjällripan webbservrar").await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    // Moved out of the EEA without a safeguard, and not reviewed for years.
    let moved = json!({ "thirdPartyId": party, "country": "US" });
    assert_eq!(app.compliance().ask(UPDATE, json!({ "input": moved })).await.user_errors(), []);
    app.advance(chrono::TimeDelta::days(3_000));
    let refused = app.share(&customer, &host, &["user.name", "user.payment"]).await;
    let codes = refused.user_errors().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(
        codes,
        [
            "REVIEW_OVERDUE",
            "NO_TRANSFER_SAFEGUARD",
            "NOT_REQUIRED_BY_A_LIVE_SERVICE",
            "NOTICE_NOT_DELIVERED",
            "CONSENT_MISSING",
        ]
    );
    app.finish().await;
}

//! P7: nothing goes to a third party that is not trusted, or no longer.

use crate::support::{TestApp, find::written};
use chrono::TimeDelta;
use serde_json::{Value, json};

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
    app.advance(TimeDelta::days(3_000));
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

/// A loss of trust is seen wherever data lies by then, and for as long as it does.
#[tokio::test]
async fn whoever_holds_data_and_is_trusted_no_longer_is_a_finding_until_they_are_again() {
    let app = TestApp::new().await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let idle = app.third_party_id("Kletsballon B.V.").await;
    // One is suspended already, and holds nothing.
    assert_eq!(app.found(json!({ "thirdPartyIds": [party, idle] })).await, []);

    let before = app.now();
    app.assess(&party, "SUSPENDED", json!({})).await;
    let found = app.findings(json!({ "thirdPartyIds": [party, idle] })).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = &found[0];
    assert_eq!(
        (&found["kind"], &found["severity"]),
        (&json!("THIRD_PARTY_NOT_APPROVED"), &json!("CRITICAL"))
    );
    assert_eq!(found["subject"], json!({ "__typename": "ThirdParty", "id": party }));
    assert!(
        found["since"].as_str().unwrap()
            >= before.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).as_str()
    );
    assert!(found["english"].as_str().unwrap().contains("Fjällripan Hosting AB holds data and is suspended"));
    assert_eq!(found["message"], found["swedish"]);
    assert!((&found["customer"], &found["system"]) == (&Value::Null, &Value::Null));
    // It is the third party's, and nobody's in particular.
    let customer = app.customer_id("K-1001").await;
    assert_eq!(app.found(json!({ "customerId": customer })).await, []);

    let again = app.findings(json!({ "kinds": ["THIRD_PARTY_NOT_APPROVED"] })).await;
    assert_eq!(again[0]["key"], found["key"]);
    app.assess(&party, "APPROVED", json!({})).await;
    assert_eq!(app.found(json!({ "thirdPartyIds": [party] })).await, []);

    // What holds nothing needs no trust.
    app.assess(&party, "SUSPENDED", json!({})).await;
    app.database
        .run("UPDATE data_location SET state = 'ERASED', held_to = held_from, external_reference = NULL")
        .await;
    assert_eq!(app.found(json!({ "thirdPartyIds": [party] })).await, []);
    app.finish().await;
}

/// What lapses by itself: the review, the agreement; and what a move to another country takes away. The findings are
/// what the gate says.
#[tokio::test]
async fn what_lapses_or_is_taken_away_is_a_finding() {
    let app = TestApp::new().await;
    let party = app.third_party_id("Fjällripan Hosting AB").await;
    let filter = json!({ "thirdPartyIds": [party], "kinds": [
        "THIRD_PARTY_NOT_APPROVED", "THIRD_PARTY_REVIEW_OVERDUE", "NO_AGREEMENT", "NO_TRANSFER_SAFEGUARD"] });
    let ends = json!({ "agreementExpiresOn": "2026-03-12", "reviewDue": "2026-03-20" });
    app.assess(&party, "APPROVED", ends).await;
    let found = async || {
        let found = app.findings(filter.clone()).await;
        assert!(
            found.iter().all(|one| one["subject"]["id"] == *party && one["severity"] == "HIGH"),
            "{found:#?}"
        );
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        found.iter().map(|one| (text(&one["kind"]), text(&one["since"]))).collect::<Vec<_>>()
    };
    let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());

    // The last day counts.
    app.advance(TimeDelta::days(10));
    assert_eq!(found().await, []);
    app.advance(TimeDelta::days(1));
    let agreement = both("NO_AGREEMENT", "2026-03-12T23:00:00.000000Z");
    assert_eq!(found().await, std::slice::from_ref(&agreement));
    app.advance(TimeDelta::days(8));
    let review = both("THIRD_PARTY_REVIEW_OVERDUE", "2026-03-20T23:00:00.000000Z");
    assert_eq!(found().await, [agreement.clone(), review.clone()]);

    let moved = json!({ "thirdPartyId": party, "country": "US" });
    assert_eq!(app.compliance().ask(UPDATE, json!({ "input": moved })).await.user_errors(), []);
    let found = found().await;
    assert_eq!(found[1..], [agreement, review]);
    // Oldest first: when it moved is not on record, only that it was vetted on 2 March.
    assert_eq!((&*found[0].0, &found[0].1[..10]), ("NO_TRANSFER_SAFEGUARD", "2026-03-02"));
    let gate = "query ($id: ID!) { thirdParty(id: $id) { blockers } }";
    let gate = app.compliance().ask(gate, json!({ "id": party })).await;
    assert_eq!(
        gate.data()["thirdParty"]["blockers"],
        json!(["REVIEW_OVERDUE", "NO_AGREEMENT", "NO_TRANSFER_SAFEGUARD"])
    );
    app.finish().await;
}

/// Before a new sub-processor begins there is time to object (Art. 28(2)), and then there is none.
#[tokio::test]
async fn the_time_to_object_does_not_run_out_unseen() {
    let app = TestApp::new().await;
    let party = app.third_party_id("Kletsballon B.V.").await;
    let announced = json!({ "thirdPartyId": party, "announcedOn": "2026-03-02", "objectionUntil": "2026-03-31",
        "subProcessorOfId": app.third_party_id("Fjällripan Hosting AB").await });
    assert_eq!(app.compliance().ask(UPDATE, json!({ "input": announced })).await.user_errors(), []);
    let filter = json!({ "kinds": ["SUB_PROCESSOR_OBJECTION_ENDING"] });
    app.advance(TimeDelta::days(14));
    assert_eq!(app.found(filter.clone()).await, []);
    for days in [1, 14] {
        app.advance(TimeDelta::days(days));
        let found = app.findings(filter.clone()).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0]["subject"]["id"], *party);
        assert_eq!(found[0]["since"], "2026-03-16T23:00:00.000000Z");
        assert!(found[0]["english"].as_str().unwrap().contains("through 2026-03-31"));
    }
    app.advance(TimeDelta::days(1));
    assert_eq!(app.found(filter).await, []);
    app.finish().await;
}

/// Systems are looked at again by a day; so is whoever runs them.
#[tokio::test]
async fn a_place_that_nobody_looked_at_in_time_is_a_finding() {
    let app = TestApp::new().await;
    let system = app.system_id("Projektdatabas").await;
    let filter = json!({ "systemIds": [system], "kinds": ["SYSTEM_REVIEW_OVERDUE"] });
    // Sixty days after the demo was loaded, which was yesterday.
    app.advance(TimeDelta::days(59));
    assert_eq!(app.found(filter.clone()).await, []);
    app.advance(TimeDelta::days(1));
    let expected = written("SYSTEM_REVIEW_OVERDUE", "System", None, Some("Projektdatabas"));
    assert_eq!(app.found(filter).await, [expected]);
    app.finish().await;
}

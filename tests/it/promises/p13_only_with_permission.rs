//! P13: what is shared is shared with the customer's permission, for that third party, purpose and data.

use crate::support::{TestApp, disclose::GRANT};
use serde_json::json;

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

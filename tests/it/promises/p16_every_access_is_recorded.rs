//! P16: every access is recorded, and the customer can see who looked at their data, when, and why.

use crate::support::TestApp;
use serde_json::json;

const LOG: &str = "query ($reference: String) { customer(reference: $reference) { accessLog { nodes {
    operation kind purpose reason actor roles subjects { nodes { customer { reference } categories { key } } } } } } }";

#[tokio::test]
async fn a_customer_sees_who_looked_at_their_data_and_why() {
    let app = TestApp::new().await;
    let agent = app.agent().because("TICKET-1");
    let looked = agent.get("{ customer(reference: \"K-1001\") { profile { email } } }").await;
    assert_eq!(looked.data()["customer"]["profile"]["email"], "anna.almgren@kund.example");

    let log = app.customer_user("K-1001").ask(LOG, json!({ "reference": "K-1001" })).await;
    assert_eq!(
        log.data()["customer"]["accessLog"]["nodes"][0],
        json!({
            "operation": "customer", "kind": "READ", "purpose": "DELIVER_SERVICE", "reason": "TICKET-1",
            "actor": "kartotek-local test-agent", "roles": ["AGENT"],
            "subjects": { "nodes": [{
                "customer": { "reference": "K-1001" },
                "categories": [{ "key": "user.contact.email" }],
            }] },
        })
    );
    app.finish().await;
}

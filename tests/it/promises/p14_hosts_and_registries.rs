//! P14: the examples that the promise names, a company that owns the server and a registry that the domain is bought from,
//! are there to look at, with what they are given and what for.

use crate::support::TestApp;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_hosting_company_and_a_registry_are_there_with_what_they_get() {
    let app = TestApp::new().await;
    let document =
        "query ($kinds: [String!]) { thirdParties(filter: { kinds: $kinds }) { nodes { kind status country
        systems { name } } } }";
    for (kind, service) in [("HOSTING", "web-hosting"), ("DOMAIN_REGISTRY", "domain-se")] {
        let parties = app.compliance().ask(document, json!({ "kinds": [kind] })).await;
        let parties = parties.data()["thirdParties"]["nodes"].as_array().unwrap().clone();
        let approved = parties.iter().filter(|party| party["status"] == "APPROVED");
        let systems = approved.flat_map(|party| party["systems"].as_array().unwrap().clone());
        let systems = systems.map(|system| system["name"].as_str().unwrap().to_owned());
        let systems = systems.collect::<BTreeSet<_>>();
        let needs = "query ($key: String) { service(key: $key) { requirements { system { name } purpose { key } } } }";
        let needs = app.compliance().ask(needs, json!({ "key": service })).await;
        let needs = needs.data()["service"]["requirements"].as_array().unwrap().clone();
        let given = needs.iter().filter(|need| systems.contains(need["system"]["name"].as_str().unwrap()));
        let purposes = given.map(|need| need["purpose"]["key"].as_str().unwrap()).collect::<BTreeSet<_>>();
        assert_eq!(purposes, ["DELIVER_SERVICE"].into(), "{kind}");
    }
    app.finish().await;
}

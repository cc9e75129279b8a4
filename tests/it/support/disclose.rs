//! Telling customers, asking them, and giving what they allow to third parties.

use super::{Answer, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const CHECK: &str = "query ($customer: ID!, $service: ID!) {
    disclosureCheck(customerId: $customer, serviceId: $service) { allowed noticeText noticeSha256
        disclosures { consentNeeded thirdParty { id name } system { id } purpose { key } categories { key }
            consent { id } }
        blockers { code message thirdParty { name } purpose { key } categories { key } } } }";

pub const DELIVER: &str = "mutation ($input: DeliverNoticeInput!) { deliverNotice(input: $input) {
    notice { id text sha256 } userErrors { code message field } } }";

pub const GRANT: &str = "mutation ($input: GrantConsentInput!) { grantConsent(input: $input) {
    consent { id } userErrors { code message field } } }";

pub const WITHDRAW: &str = "mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) {
    consent { id active withdrawnAt } userErrors { code message field } } }";

pub const SHARE: &str = "mutation ($input: ShareDataInput!) { shareData(input: $input) {
    disclosure { id } dataLocations { id } userErrors { code message field } } }";

impl TestApp {
    /// What the gate says of this service, by its key, for this customer.
    pub async fn check(&self, customer: &str, service: &str) -> Value {
        let service = self.service_id(service).await;
        let answer = self.agent().ask(CHECK, json!({ "customer": customer, "service": service })).await;
        answer.data()["disclosureCheck"].clone()
    }

    /// Tells the customer what the service gives away, and returns the notice's id.
    pub async fn tell(&self, customer: &str, service: &str) -> String {
        let service = self.service_id(service).await;
        let input = json!({ "customerId": customer, "serviceId": service, "channel": "EMAIL" });
        let answer = self.agent().ask(DELIVER, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["deliverNotice"]["notice"]["id"].as_str().unwrap().to_owned()
    }

    /// Tells the customer, and records that they allow all of it. The consents' ids.
    pub async fn allow(&self, customer: &str, service: &str) -> Vec<String> {
        let notice = self.tell(customer, service).await;
        let mut wanted = BTreeMap::<(String, String), Vec<Value>>::new();
        for one in self.check(customer, service).await["disclosures"].as_array().unwrap() {
            if one["consentNeeded"] == true && one["consent"].is_null() {
                let text = |at: &str| one.pointer(at).unwrap().as_str().unwrap().to_owned();
                let categories = one["categories"].as_array().unwrap().iter().map(|row| row["key"].clone());
                wanted.entry((text("/thirdParty/id"), text("/purpose/key"))).or_default().extend(categories);
            }
        }
        let mut consents = Vec::new();
        for ((third_party, purpose), categories) in wanted {
            let input = json!({ "customerId": customer, "noticeId": notice, "thirdPartyId": third_party,
                "purpose": purpose, "categories": categories, "channel": "EMAIL" });
            let answer = self.agent().ask(GRANT, json!({ "input": input })).await;
            assert_eq!(answer.user_errors(), []);
            consents.push(answer.data()["grantConsent"]["consent"]["id"].as_str().unwrap().to_owned());
        }
        consents
    }

    /// Gives these categories to that system for the delivery of the service.
    pub async fn share(&self, customer: &str, system: &str, categories: &[&str]) -> Answer {
        let input = json!({ "customerId": customer, "systemId": system, "purpose": "DELIVER_SERVICE",
            "categories": categories, "channel": "EMAIL" });
        self.agent().ask(SHARE, json!({ "input": input })).await
    }
}

/// Nothing in it is of the person who was registered under this number.
pub fn assert_says_nothing_of(reference: &str, document: &str) {
    let profile = super::build::person(reference)["profile"].clone();
    let values = profile.as_object().unwrap().values().map(|value| value.as_str().unwrap());
    for value in values.chain([reference]) {
        assert!(!document.contains(value), "{value}: {document}");
    }
}

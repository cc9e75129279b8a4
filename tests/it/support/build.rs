//! Putting things on record through the API, and finding what the demo company has.

use super::{Answer, Client, TestApp};
use serde_json::{Value, json};

pub const REGISTER: &str = "mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) {
    customer { id reference version status } userErrors { code message field } } }";

pub const RECTIFY: &str = "mutation ($input: RectifyCustomerInput!) { rectifyCustomer(input: $input) {
    customer { id version } userErrors { code message field } } }";

pub const START: &str = "mutation ($input: StartSubscriptionInput!) { startSubscription(input: $input) {
    serviceSubscription { id startedAt } userErrors { code message field } } }";

pub const RECORD: &str = "mutation ($input: RecordDataLocationsInput!) { recordDataLocations(input: $input) {
    dataLocations { id state sourceChannel } userErrors { code message field } } }";

impl TestApp {
    async fn id(&self, document: &str, variables: Value, at: &str) -> String {
        let answer = self.compliance().ask(document, variables).await;
        answer
            .data()
            .pointer(at)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{:#}", answer.json))
            .to_owned()
    }

    /// The id of the customer of this number.
    pub async fn customer_id(&self, reference: &str) -> String {
        let document = "query ($reference: String) { customer(reference: $reference) { id } }";
        self.id(document, json!({ "reference": reference }), "/customer/id").await
    }

    /// The id of the service of this key.
    pub async fn service_id(&self, key: &str) -> String {
        self.id("query ($key: String) { service(key: $key) { id } }", json!({ "key": key }), "/service/id")
            .await
    }

    /// The id of the system of this name.
    pub async fn system_id(&self, name: &str) -> String {
        let answer = self.compliance().ask("{ systems(first: 200) { nodes { id name } } }", json!({})).await;
        named(&answer.data()["systems"]["nodes"], name)
    }

    /// The id of the third party of this name.
    pub async fn third_party_id(&self, name: &str) -> String {
        let answer =
            self.compliance().ask("{ thirdParties(first: 200) { nodes { id name } } }", json!({})).await;
        named(&answer.data()["thirdParties"]["nodes"], name)
    }

    /// Registers a person under this number and returns their id.
    pub async fn register(&self, reference: &str) -> String {
        let answer = self.agent().ask(REGISTER, json!({ "input": person(reference) })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["registerCustomer"]["customer"]["id"].as_str().unwrap().to_owned()
    }

    /// Starts a service for a customer and returns the subscription's id.
    pub async fn start(&self, customer: &str, service: &str) -> String {
        let service = self.service_id(service).await;
        let input = json!({ "customerId": customer, "serviceId": service, "channel": "PHONE" });
        let answer = self.agent().ask(START, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["startSubscription"]["serviceSubscription"]["id"].as_str().unwrap().to_owned()
    }

    /// Records one line of a customer's map.
    pub async fn record(&self, line: Value) -> Answer {
        self.agent().ask(RECORD, json!({ "input": { "locations": [line] } })).await
    }
}

impl Client<'_> {
    /// Asks without variables, and gives back what came.
    pub async fn get(&self, document: &str) -> Answer {
        self.ask(document, json!({})).await
    }
}

/// What registers a person under this number.
pub fn person(reference: &str) -> Value {
    json!({
        "reference": reference,
        "kind": "PERSON",
        "locale": "SV",
        "channel": "EMAIL",
        "profile": { "name": "Test Testsson", "email": format!("{reference}@example.com") },
    })
}

fn named(nodes: &Value, name: &str) -> String {
    let mut nodes = nodes.as_array().unwrap().iter();
    let node = nodes.find(|node| node["name"] == name).unwrap_or_else(|| panic!("there is no {name}"));
    node["id"].as_str().unwrap().to_owned()
}

//! Putting breaches on record, and what is done about them.

use super::{Answer, TestApp};
use serde_json::{Value, json};

pub const INCIDENT: &str = "query ($id: ID!) { incident(id: $id) { version summary kinds risk overdue notificationDueAt awareAt
    windowStart windowEnd thirdParty { name } systems { name } affectedCategories { key } closedAt conclusion
    customersNotToldReason notifications { recipient notifiedAt method reference delayReason recordedBy } } }";

pub const AFFECTED: &str = "query ($id: ID!, $categories: [String!], $after: String, $first: Int) { incident(id: $id) {
    affectedCustomers(categories: $categories, after: $after, first: $first) { totalCount pageInfo { hasNextPage endCursor }
        edges { node { reference } categories { key } } } } }";

/// A document that makes one change to the register.
macro_rules! change {
    ($name:ident, $field:literal, $input:literal) => {
        pub const $name: &str = concat!(
            "mutation ($input: ",
            $input,
            "!) { ",
            $field,
            "(input: $input) { incident { id version closedAt notifications { recipient } } userErrors { code message field } } }"
        );
    };
}

change!(REPORT, "reportIncident", "ReportIncidentInput");
change!(UPDATE, "updateIncident", "UpdateIncidentInput");
change!(NOTIFY, "recordIncidentNotification", "RecordIncidentNotificationInput");
change!(CLOSE, "closeIncident", "CloseIncidentInput");

impl TestApp {
    /// What reports a breach at a system, an hour ago and noticed now.
    pub async fn breach_at(&self, system: &str) -> Value {
        let hour_ago = self.now() - chrono::TimeDelta::hours(1);
        json!({ "summary": "A backup lay open.", "kinds": ["CONFIDENTIALITY"],
            "place": { "systemIds": [self.system_id(system).await] },
            "windowStart": hour_ago.to_rfc3339(), "awareAt": self.now().to_rfc3339() })
    }

    /// Puts a breach on record, and returns its id.
    pub async fn report(&self, input: Value) -> String {
        let answer = self.compliance().ask(REPORT, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
        answer.data()["reportIncident"]["incident"]["id"].as_str().unwrap().to_owned()
    }

    /// Does one of the things that are done about a breach.
    pub async fn about(&self, document: &str, incident: &str, more: Value) -> Answer {
        let mut input = json!({ "incidentId": incident });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.compliance().ask(document, json!({ "input": input })).await
    }

    pub async fn incident(&self, id: &str) -> Value {
        self.auditor().ask(INCIDENT, json!({ "id": id })).await.data()["incident"].clone()
    }

    /// The numbers of whose data was there, and of which categories.
    pub async fn affected(&self, id: &str, categories: Option<&[&str]>) -> Vec<(String, Vec<String>)> {
        let asked = json!({ "id": id, "categories": categories, "first": 200 });
        let answer = self.auditor().ask(AFFECTED, asked).await;
        let page = &answer.data()["incident"]["affectedCustomers"];
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(page["totalCount"], edges.len());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let keys = |edge: &Value| {
            edge["categories"].as_array().unwrap().iter().map(|one| text(&one["key"])).collect()
        };
        edges.iter().map(|edge| (text(&edge["node"]["reference"]), keys(edge))).collect()
    }
}

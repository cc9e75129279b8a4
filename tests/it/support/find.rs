//! What is wrong right now.

use super::{Answer, Client, TestApp};
use serde_json::{Value, json};

pub const FINDINGS: &str = "query ($filter: FindingFilter, $order: FindingOrder! = SEVERITY_DESC, $first: Int, $after: String,
    $last: Int, $before: String) {
    findings(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) { totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { key kind severity since message swedish: message(locale: SV) english: message(locale: EN)
            subject { __typename id } customer { reference } system { name } } } }";

/// One finding: kind, what it is about, whom, where.
pub type Found = (String, String, Option<String>, Option<String>);

impl TestApp {
    /// All that is wrong, as far as the filter lets it through; there must be no more than a page of it.
    pub async fn findings(&self, filter: Value) -> Vec<Value> {
        let answer = self.compliance().findings(json!({ "filter": filter, "first": 200 })).await;
        let list = &answer.data()["findings"];
        let nodes = list["nodes"].as_array().unwrap().clone();
        assert_eq!(list["totalCount"], nodes.len(), "{filter}");
        nodes
    }

    /// The same in short.
    pub async fn found(&self, filter: Value) -> Vec<Found> {
        self.findings(filter).await.iter().map(found).collect()
    }

    /// Says of a finding why it stays so for now.
    pub async fn acknowledge(&self, key: &str, until: &str) -> Answer {
        const ACKNOWLEDGE: &str = "mutation ($input: AcknowledgeFindingInput!) { acknowledgeFinding(input: $input) {
            finding { key acknowledgement { reason until acknowledgedBy } } userErrors { code message field } } }";
        let input = json!({ "key": key, "reason": "Being looked into.", "until": until });
        self.compliance().ask(ACKNOWLEDGE, json!({ "input": input })).await
    }

    /// A third party is vetted with this outcome, and what else is given.
    pub async fn assess(&self, third_party: &str, status: &str, more: Value) {
        const ASSESS: &str = "mutation ($input: AssessThirdPartyInput!) { assessThirdParty(input: $input) {
            userErrors { code message field } } }";
        let mut input = json!({ "thirdPartyId": third_party, "status": status, "grounds": "Looked at." });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.compliance().ask(ASSESS, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
    }
}

impl Client<'_> {
    /// Asks what is wrong, with these variables.
    pub async fn findings(&self, variables: Value) -> Answer {
        self.ask(FINDINGS, variables).await
    }
}

/// A finding in short.
pub fn found(node: &Value) -> Found {
    let text = |at: &str| node.pointer(at).and_then(Value::as_str).map(str::to_owned);
    (
        text("/kind").unwrap(),
        text("/subject/__typename").unwrap(),
        text("/customer/reference"),
        text("/system/name"),
    )
}

/// As one writes it.
pub fn written(kind: &str, subject: &str, customer: Option<&str>, system: Option<&str>) -> Found {
    (kind.to_owned(), subject.to_owned(), customer.map(str::to_owned), system.map(str::to_owned))
}

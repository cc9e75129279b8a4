//! The record of processing activities.

use super::{Answer, TestApp};
use serde_json::{Value, json};

pub const APPROVE: &str =
    "mutation ($input: ApproveProcessingRecordInput!) { approveProcessingRecord(input: $input) {
    snapshot { number hash document approvedBy } userErrors { code message field } } }";

impl TestApp {
    /// Approves the record that has this hash.
    pub async fn approve(&self, hash: &Value) -> Answer {
        let input = json!({ "expectedHash": hash, "comment": "Yearly review." });
        self.compliance().ask(APPROVE, json!({ "input": input })).await
    }

    /// Approves the record as it is, and returns its hash.
    pub async fn approve_record(&self) -> String {
        let seen = self.auditor().get("{ processingRecord { hash } }").await;
        let hash = &seen.data()["processingRecord"]["hash"];
        assert_eq!(self.approve(hash).await.user_errors(), []);
        hash.as_str().unwrap().to_owned()
    }
}

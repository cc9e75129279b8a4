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

    /// Approves the record as it is.
    pub async fn approve_record(&self) {
        let seen = self.auditor().get("{ processingRecord { hash } }").await;
        let approved = self.approve(&seen.data()["processingRecord"]["hash"]).await;
        assert_eq!(approved.user_errors(), []);
    }
}

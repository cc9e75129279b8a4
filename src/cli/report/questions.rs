//! A report as the API tells of it, and the questions that are asked.

use crate::client::{Again, Question};
use serde::Deserialize;

macro_rules! report_fields {
    () => {
        "id state failure rows size sha256 contentSha256 metadata downloadUrl"
    };
}

/// Asks for it. Asked for twice, it is made twice, which harms nobody but stands in the log.
pub(super) const REQUEST_REPORT: Question = Question {
    document: concat!(
        "mutation ($input: RequestReportInput!) { requestReport(input: $input) { report { ",
        report_fields!(),
        " } userErrors { code message field } } }"
    ),
    field: "requestReport",
    again: Again::Unsafe,
};

/// How far it has come.
pub(super) const REPORT: Question = Question {
    document: concat!("query ($id: ID!) { report(id: $id) { ", report_fields!(), " } }"),
    field: "report",
    again: Again::Safe,
};

/// The id of a customer.
pub(super) const CUSTOMER: Question = Question {
    document: "query ($reference: String!) { customer(reference: $reference) { id } }",
    field: "customer",
    again: Again::Safe,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum State {
    Queued,
    Running,
    Ready,
    Failed,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub id: String,
    pub state: State,
    pub failure: Option<String>,
    pub rows: u64,
    pub size: u64,
    pub sha256: Option<String>,
    pub content_sha256: Option<String>,
    pub metadata: Option<serde_json::Value>,
    pub download_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Requested {
    pub report: Report,
}

#[derive(Debug, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

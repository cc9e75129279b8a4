//! Asking for reports, and fetching them.

use super::{Client, TestApp};
use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use kartotek::http::Peer;
use serde_json::{Value, json};
use tower::ServiceExt;

pub const REQUEST: &str = "mutation ($input: RequestReportInput!) { requestReport(input: $input) {
    report { id state requestedBy } userErrors { code message field } } }";

pub const REPORT: &str = "query ($id: ID!) { report(id: $id) { id limits { name value } customer { reference } kind format locale table state failure requestedBy rows size sha256
    contentSha256 metadata expiresAt downloads downloadUrl } }";

pub const REPORTS: &str = "query ($filter: ReportFilter) { reports(filter: $filter) { totalCount nodes { id kind state sha256 } } }";

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Fetched {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl TestApp {
    /// Makes what reports are asked for, and destroys those whose time is over, as the server does by itself. How many were made.
    pub async fn make_reports(&self) -> usize {
        self.server.catalogs.refresh().await.unwrap();
        self.worker().forget_reports().await.unwrap();
        self.worker().make_reports().await.unwrap()
    }

    /// What is at a path, for somebody who bears no token.
    pub async fn fetch(&self, path: &str) -> Fetched {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer("192.0.2.17".parse().unwrap()));
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Fetched { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Client<'_> {
    /// Asks for a report, and returns its id.
    pub async fn request_report(&self, input: Value) -> String {
        let answer = self.ask(REQUEST, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), [], "{:#}", answer.json);
        answer.data()["requestReport"]["report"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn report(&self, id: &str) -> Value {
        self.ask(REPORT, json!({ "id": id })).await.data()["report"].clone()
    }

    /// A report that is ready, and its file.
    pub async fn made(&self, input: Value) -> (Value, Fetched) {
        let id = self.request_report(input).await;
        assert_eq!(self.app.make_reports().await, 1);
        let report = self.report(&id).await;
        assert_eq!(report["state"], "READY", "{report:#}");
        let path = report["downloadUrl"].as_str().unwrap_or_else(|| panic!("{report:#}"));
        let file = self.app.fetch(path).await;
        assert_eq!(file.status, StatusCode::OK);
        (report, file)
    }
}

//! Asking, and what comes back.

use super::Client;
use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use kartotek::http::Peer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tower::ServiceExt;

/// An answer as it came over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
    pub request_id: String,
    /// Whether the caller was let in.
    reached_the_api: bool,
}

impl Client<'_> {
    /// Asks by POST, as a client that knows GraphQL over HTTP.
    pub async fn ask(&self, document: &str, variables: Value) -> Answer {
        self.post(json!({ "query": document, "variables": variables }).to_string()).await
    }

    /// Posts these bytes as JSON.
    pub async fn post(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends a request of any kind, with this client's headers added.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Peer(self.address));
        let headers = request.headers_mut();
        let accept = "application/graphql-response+json";
        headers.entry(header::ACCEPT).or_insert(accept.parse().unwrap());
        let token = self.token.as_ref().map(|token| format!("Bearer {token}"));
        for (name, value) in [
            ("authorization", &token),
            ("access-purpose", &self.purpose),
            ("access-reason", &self.reason),
            ("x-request-id", &self.request_id),
        ] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        let response = self.app.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&bytes)));
        let request_id = parts.headers.get("x-request-id").unwrap().to_str().unwrap().to_owned();
        let mut answer =
            Answer { status: parts.status, headers: parts.headers, json, request_id, reached_the_api: false };
        answer.reached_the_api = self.token.is_some() && answer.was_let_in();
        self.app.answered(&answer);
        answer
    }
}

/// What a mutation refused with, each with its field, or with nothing where none is to blame.
pub fn codes(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.user_errors().into_iter();
    errors.map(|(code, field)| (code, field.unwrap_or_default())).collect()
}

/// One refusal.
pub fn refused(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

impl Answer {
    /// `data`, which must be there, and no errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.errors().is_empty(), "{:#}", self.json);
        &self.json["data"]
    }

    pub fn errors(&self) -> &[Value] {
        self.json["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The code of the first error at the top level.
    pub fn code(&self) -> Option<&str> {
        self.errors().first()?["extensions"]["code"].as_str()
    }

    /// The field that the first error at the top level is about.
    pub fn field(&self) -> Option<String> {
        path(&self.errors().first()?["extensions"]["field"])
    }

    /// (code, field) of all that mutations refused with.
    pub fn user_errors(&self) -> Vec<(String, Option<String>)> {
        let payloads = self.json["data"].as_object().into_iter().flat_map(|data| data.values());
        let errors = payloads.filter_map(|payload| payload["userErrors"].as_array()).flatten();
        errors.map(|error| (error["code"].as_str().unwrap().to_owned(), path(&error["field"]))).collect()
    }

    /// The names in the answer of the root fields that were carried out, or failed.
    fn root_keys(&self) -> BTreeSet<&str> {
        let there =
            self.json["data"].as_object().into_iter().flat_map(|data| data.keys().map(String::as_str));
        let failed = self.errors().iter().filter_map(|error| error["path"][0].as_str());
        there.chain(failed).collect()
    }

    /// Whether it came from somebody who knew who was asking, and could put it on record.
    fn was_let_in(&self) -> bool {
        let refused_before = matches!(
            self.status,
            StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNSUPPORTED_MEDIA_TYPE
                | StatusCode::NOT_ACCEPTABLE
                | StatusCode::NOT_FOUND
                | StatusCode::SERVICE_UNAVAILABLE
        );
        !refused_before
    }

    /// Whether the caller was told that they are nobody who may ask here.
    pub(super) fn turned_away(&self) -> bool {
        let status = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&self.status);
        status && matches!(self.code(), Some("UNAUTHENTICATED" | "FORBIDDEN"))
    }

    /// How many events it must have left in the log, at the least.
    pub(super) fn owes(&self) -> usize {
        if !self.reached_the_api || self.code() == Some("UNAVAILABLE") {
            return 0;
        }
        self.root_keys().len().max(1)
    }
}

fn path(field: &Value) -> Option<String> {
    let steps = field.as_array()?;
    Some(steps.iter().map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join("."))
}

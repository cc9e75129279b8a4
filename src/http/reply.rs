//! From an outcome to status, headers and bytes.

use std::{collections::BTreeMap, time::Duration};

use async_graphql::{ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    answer::{Outcome, OutcomeKind},
    negotiate::MediaType,
    refusal::Refusal,
};

/// Errors in one answer. A small document can have thousands.
const MAX_ERRORS: usize = 10;
/// Characters in a message. Messages quote the document.
const MAX_MESSAGE: usize = 500;

#[derive(Serialize)]
struct Reply<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// What tells an outcome where there is no status beside it.
pub fn payload(outcome: Outcome) -> serde_json::Value {
    let Outcome { response, kind } = outcome;
    let errors = told(response.errors, kind);
    let executed = kind == OutcomeKind::Executed;
    let reply =
        Reply { errors: &errors, data: executed.then_some(&response.data), extensions: &response.extensions };
    serde_json::to_value(&reply).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        serde_json::json!({ "errors": [{ "message": "The answer could not be written." }] })
    })
}

/// The errors that are told, each with its code.
fn told(mut errors: Vec<ServerError>, kind: OutcomeKind) -> Vec<ServerError> {
    let executed = kind == OutcomeKind::Executed;
    if errors.is_empty() && !executed {
        errors.push(ServerError::new(sentence(kind), None));
    }
    errors.truncate(MAX_ERRORS);
    for error in &mut errors {
        shorten(&mut error.message);
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", code(kind));
        }
    }
    errors
}

/// The response that tells an outcome.
pub fn response(outcome: Outcome, media: MediaType) -> Response {
    let Outcome { response, kind } = outcome;
    let executed = kind == OutcomeKind::Executed;
    let errors = told(response.errors, kind);
    let reply =
        Reply { errors: &errors, data: executed.then_some(&response.data), extensions: &response.extensions };
    let bytes = match serde_json::to_vec(&reply) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            return Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The answer could not be written.")
                .into_media(media);
        }
    };

    let mut response = (status(kind, media), Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.header());
    match kind {
        OutcomeKind::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        OutcomeKind::NotAllowedOverGet => {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        OutcomeKind::RateLimited { retry_after_s } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
        }
        OutcomeKind::Unavailable => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(Duration::from_secs(1).as_secs()));
        }
        _ => {}
    }
    response
}

/// A document that is not executed is 400; under `application/json` it is 200, where older clients take any other
/// status for a broken server and do not look at the errors.
const fn status(kind: OutcomeKind, media: MediaType) -> StatusCode {
    match kind {
        OutcomeKind::Executed => StatusCode::OK,
        OutcomeKind::ParseFailed | OutcomeKind::ValidationFailed | OutcomeKind::TooComplex => match media {
            MediaType::GraphQl => StatusCode::BAD_REQUEST,
            MediaType::Json => StatusCode::OK,
        },
        OutcomeKind::Malformed => StatusCode::BAD_REQUEST,
        OutcomeKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        OutcomeKind::Forbidden => StatusCode::FORBIDDEN,
        OutcomeKind::NotAllowedOverGet => StatusCode::METHOD_NOT_ALLOWED,
        OutcomeKind::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        OutcomeKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// For errors that say none themselves. What fails in execution without a code is ours, until somebody says otherwise.
const fn code(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Executed => "INTERNAL",
        OutcomeKind::ParseFailed => "GRAPHQL_PARSE_FAILED",
        OutcomeKind::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
        OutcomeKind::Unauthenticated => "UNAUTHENTICATED",
        OutcomeKind::Forbidden => "FORBIDDEN",
        OutcomeKind::TooComplex => "QUERY_TOO_COMPLEX",
        OutcomeKind::Malformed | OutcomeKind::NotAllowedOverGet => "BAD_USER_INPUT",
        OutcomeKind::RateLimited { .. } => "RATE_LIMITED",
        OutcomeKind::Unavailable => "UNAVAILABLE",
    }
}

/// For outcomes that bring no error.
const fn sentence(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Executed => "",
        OutcomeKind::Malformed => "The request could not be read.",
        OutcomeKind::ParseFailed => "The document is not GraphQL.",
        OutcomeKind::ValidationFailed => "The document is not valid.",
        OutcomeKind::Unauthenticated => "Sign in: the request has no valid token.",
        OutcomeKind::Forbidden => "You may not do that.",
        OutcomeKind::TooComplex => "The document asks for too much.",
        OutcomeKind::NotAllowedOverGet => "Only queries can be sent by GET.",
        OutcomeKind::RateLimited { .. } => "Too many requests.",
        OutcomeKind::Unavailable => "That cannot be done now; try again later.",
    }
}

fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_between_characters() {
        let mut message = "å".repeat(501);
        shorten(&mut message);
        assert_eq!(message, "å".repeat(500) + "…");
        shorten(&mut message);
        assert_eq!(message.chars().count(), 501);
        let mut short = "å".repeat(500);
        shorten(&mut short);
        assert_eq!(short, "å".repeat(500));
    }
}

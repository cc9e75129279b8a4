//! Refusals that happen before or around an answer, and the bodies of all errors.

use std::time::Duration;

use async_graphql::ServerError;
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::negotiate::MediaType;

/// A request that is refused without asking what it means: status, code, one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<&'static str>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Refusal {
    /// Any status, with the code that belongs to it.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: code_of(status), message: message.into(), field: None, header: None }
    }

    /// The request is not what the path takes.
    #[must_use]
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// No such method here, but these.
    #[must_use]
    pub fn method(allowed: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("The method is not allowed here; allowed: {allowed}."),
        )
        .with(header::ALLOW, HeaderValue::from_static(allowed))
    }

    /// It cannot be done now; it can in a while.
    #[must_use]
    pub fn unavailable(message: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
            .with(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs()))
    }

    /// The same about one part of the request: a parameter, a header.
    #[must_use]
    pub fn about(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// As an error of a GraphQL answer.
    #[must_use]
    pub fn into_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, None);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", self.code);
        if let Some(field) = self.field {
            extensions.set("field", vec![field]);
        }
        error
    }

    /// The same with a header.
    #[must_use]
    pub fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some(Box::new((name, value))), ..self }
    }

    /// The refusal as a response of that media type.
    #[must_use]
    pub fn into_media(self, media: MediaType) -> Response {
        let (status, header) = (self.status, self.header.clone());
        let mut response = (status, Json(json!({ "errors": [self.into_error()] }))).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, media.header());
        if let Some((name, value)) = header.map(|header| *header) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_media(MediaType::Json)
    }
}

/// The word of the contract that fits a status best.
const fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::FORBIDDEN => "FORBIDDEN",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::TOO_MANY_REQUESTS => "RATE_LIMITED",
        StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
        _ if status.as_u16() >= 500 => "INTERNAL",
        _ => "BAD_USER_INPUT",
    }
}

//! What every exchange has, whatever it is about: an id, a deadline, headers, a number in the statistics, and an error
//! in JSON if it fails.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::{headers, probes, refusal::Refusal, server::Crowded};

/// The id of a request, as an extension of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Makes request ids. A parameter, so that tests know what comes.
pub type NewRequestId = Arc<dyn Fn() -> String + Send + Sync>;

/// Headers of every response. Answers are personal data more often than not: nobody may keep or guess at them.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// What is needed around every exchange.
#[derive(Clone)]
pub struct Envelope {
    /// Makes request ids.
    pub new_request_id: NewRequestId,
    /// For a request to arrive and be answered.
    pub deadline: Duration,
}

impl fmt::Debug for Envelope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Envelope").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// The outermost layer.
pub async fn wrap(State(envelope): State<Envelope>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = headers::request_id(request.headers()).unwrap_or_else(|| (envelope.new_request_id)());
    let route = route(request.uri().path());
    // Neither headers nor the query string: they hold tokens, names and whole documents.
    let span = tracing::info_span!("request", id, method = %request.method(), route);
    request.extensions_mut().insert(RequestId(id.clone()));

    let crowded = request.extensions().get::<Crowded>().is_some() && !probes::PATHS.contains(&route);
    let answered = async {
        if crowded {
            return Refusal::unavailable("The server has too many connections.", Duration::from_secs(1))
                .into_response();
        }
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answered.unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        })
    };
    let mut response = in_json(answered.instrument(span.clone()).await);

    let status = response.status();
    response.headers_mut().extend(ALWAYS);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(headers::REQUEST_ID, id);
    }
    let took = start.elapsed();
    metrics::counter!("http_requests_total", "path" => route, "status" => status.as_u16().to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "path" => route).record(took.as_secs_f64());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status = status.as_u16(), ms, "answered"));
    response
}

/// Takes the whole body in before anybody looks at the request, and cuts off what takes too long: 408 when the client
/// is to blame, 503 when we are.
///
/// A limit on each pause would not do: who sends one byte every few seconds never pauses long.
pub async fn in_time(State(envelope): State<Envelope>, request: Request, next: Next) -> Response {
    let deadline = Instant::now() + envelope.deadline;
    let (parts, body) = request.into_parts();
    let mut whole = Request::new(body);
    // The outer layer has the limit; this one would be another, of two megabytes.
    DefaultBodyLimit::disable().apply(&mut whole);
    let bytes = match timeout_at(deadline, Bytes::from_request(whole, &())).await {
        Ok(Ok(bytes)) => bytes,
        // Too large, or the connection broke.
        Ok(Err(rejection)) => return closing(rejection.status().into_response()),
        Err(_) => return closing(StatusCode::REQUEST_TIMEOUT.into_response()),
    };
    let mut request = Request::from_parts(parts, Body::from(bytes));
    DefaultBodyLimit::disable().apply(&mut request);
    timeout_at(deadline, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!("a request took longer than it may");
        Refusal::unavailable("The answer took too long.", Duration::from_secs(1)).into_response()
    })
}

/// The rest of the body is not wanted.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Errors of the layers and the router below have a text or no body at all. Clients read JSON.
fn in_json(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !is_error || content_type.is_some_and(|it| it.starts_with(b"application/")) {
        return response;
    }
    let message = match status {
        StatusCode::NOT_FOUND => "There is nothing here.",
        StatusCode::METHOD_NOT_ALLOWED => "The method is not allowed here.",
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request is too large.",
        _ if status.is_server_error() => "Something went wrong; the log has it under the request id.",
        _ => "The request could not be read.",
    };
    let mut inner = response.into_parts().0.headers;
    let mut response = Refusal::new(status, message).into_response();
    for name in [header::ALLOW, header::CONNECTION, header::RETRY_AFTER] {
        if let Some(value) = inner.remove(&name) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The route of a path, never the path itself: strangers may not add names to the statistics.
fn route(path: &str) -> &'static str {
    const EXACT: [&str; 8] =
        ["/", "/graphql", "/graphql/ws", "/graphiql", "/livez", "/readyz", "/metrics", "/audit/checkpoint"];
    if let Some(route) = EXACT.into_iter().find(|it| *it == path) {
        return route;
    }
    if path.starts_with("/graphiql/") {
        return "/graphiql/*";
    }
    if path.starts_with("/answers/") {
        return "/answers/{token}";
    }
    if path.starts_with("/reports/") {
        return "/reports/{id}";
    }
    if path.starts_with("/callbacks/") {
        return "/callbacks/{task}";
    }
    "other"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_by_route() {
        assert_eq!(route("/graphql"), "/graphql");
        assert_eq!(route("/graphiql/graphiql.js"), "/graphiql/*");
        assert_eq!(route("/callbacks/0190"), "/callbacks/{task}");
        assert_eq!(route("/wp-login.php"), "other");
        assert_eq!(route("/graphql/"), "other");
    }
}

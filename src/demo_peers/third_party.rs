//! A third party with a privacy API, as docs/third-party-api.md says it.

use super::{
    file::File,
    record::{self, Unanswered},
    request::Request,
};
use crate::{
    access::Clock,
    connector::http::{ID, Keys, SIGNATURE, Signed, TIMESTAMP},
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Response, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use chrono::SecondsFormat;
use std::sync::Arc;

/// Requests are no larger than that.
const MOST_BYTES: usize = 64 << 10;

/// What it answers from.
#[derive(Debug)]
pub(super) struct ThirdParty {
    pub(super) record: File,
    pub(super) keys: Keys,
    pub(super) clock: Box<dyn Clock>,
}

/// Its paths: the privacy API, and what it holds and was asked.
pub(super) fn router(party: ThirdParty) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/dsr", post(answer))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Arc::new(party))
}

async fn show(State(party): State<Arc<ThirdParty>>) -> Result<impl IntoResponse, StatusCode> {
    record::shown(&party.record).await.map(Json).map_err(|error| unavailable(&error))
}

async fn answer(
    State(party): State<Arc<ThirdParty>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, StatusCode> {
    let now = party.clock.now();
    let signed = Signed::from_headers(&headers).map_err(|_| StatusCode::UNAUTHORIZED)?;
    // Before anything else: what they did not sign is nobody's.
    party.keys.verify(signed, &body, now).map_err(|_| StatusCode::UNAUTHORIZED)?;
    // What cannot be read, be it only the action, is done by nobody: with this status a person looks at it.
    let request = serde_json::from_slice::<Request>(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let answered = record::carry_out(&party.record, request, at).await.map_err(|why| refused(&why))?;
    tracing::info!(action = answered.action, again = answered.again, "the demo's third party did as asked");
    let proof = party.keys.sign(signed.id, now, answered.body.as_bytes());
    let proof = proof.map_err(|_| StatusCode::BAD_REQUEST)?;
    let response = Response::builder()
        .header("content-type", "application/json")
        .header(ID, signed.id)
        .header(TIMESTAMP, now.timestamp())
        .header(SIGNATURE, proof);
    response.body(Body::from(answered.body)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn refused(why: &Unanswered) -> StatusCode {
    match why {
        Unanswered::Record(error) => unavailable(error),
        Unanswered::AnothersId | Unanswered::OnlySome => {
            tracing::warn!(%why, "the demo's third party did nothing");
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

fn unavailable(error: &sqlx::Error) -> StatusCode {
    tracing::warn!(%error, "the demo's third party cannot reach its record");
    StatusCode::SERVICE_UNAVAILABLE
}

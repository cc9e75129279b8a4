//! Alive? Ready? How is it going? For whoever runs the server.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::time::timeout;

use super::refusal::Refusal;

/// The paths that are answered even when the server has no room for others.
pub const PATHS: [&str; 3] = ["/livez", "/readyz", "/metrics"];

/// Whoever asks will ask again; a slow yes is a no.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether requests can be answered now; else why not, for the log alone.
pub type ReadyCheck = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What the probes look at.
#[derive(Clone)]
pub struct Probes {
    /// Asked by `/readyz`.
    pub ready: ReadyCheck,
    /// Shown by `/metrics`.
    pub metrics: PrometheusHandle,
}

impl fmt::Debug for Probes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Probes").finish_non_exhaustive()
    }
}

/// The routes of the probes.
pub fn routes(probes: Probes) -> Router {
    Router::new()
        .route("/livez", get(async || Json(json!({ "status": "alive" }))))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(probes)
}

async fn readyz(State(probes): State<Probes>) -> Response {
    let why_not = match timeout(PATIENCE, (probes.ready)()).await {
        Ok(Ok(())) => return Json(json!({ "status": "ready" })).into_response(),
        Ok(Err(why)) => why,
        Err(_) => "the check took too long".to_owned(),
    };
    tracing::warn!(why = why_not, "not ready");
    Refusal::unavailable("The server is not ready.", PATIENCE).into_response()
}

async fn metrics(State(probes): State<Probes>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], probes.metrics.render())
        .into_response()
}

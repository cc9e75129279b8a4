//! Reports are fetched by a link that was handed out to whoever asked for them: without a token, as browsers and spreadsheets do, and
//! for a few minutes.

use super::{
    client::{Peer, TrustedProxies},
    envelope::RequestId,
    identify::Front,
    refusal::Refusal,
    rejections::Why,
};
use crate::{
    access::{Caller, Door, Stop},
    domain::report::{ByLink, FetchReport, Fetchable, Link, PartOfReport},
};
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use entity::{enums::ReportFormat, ids::ReportId};
use futures::{StreamExt, stream};
use serde::Deserialize;
use std::{io, net::IpAddr, sync::Arc, time::Duration};
use uuid::Uuid;

/// A page that needs nothing else, and may do nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");

/// When somebody may ask again after the database did not answer.
const AGAIN: Duration = Duration::from_secs(2);

/// What hands reports out.
#[derive(Clone, Debug)]
pub struct Reports {
    pub front: Arc<Front>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
}

/// The route of reports. The name at the end is for whoever saves the file.
pub fn routes(reports: Reports) -> Router {
    Router::new().route("/reports/{id}/{name}", get(fetch)).with_state(reports)
}

/// What a link proves.
#[derive(Debug, Deserialize)]
struct Proof {
    until: i64,
    signature: String,
}

async fn fetch(
    State(reports): State<Reports>,
    Path((id, _)): Path<(String, String)>,
    proof: Result<Query<Proof>, QueryRejection>,
    Extension(peer): Extension<Peer>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let origin = (reports.proxies.client(peer.0, &headers), request.0);
    let Some(link) = proof.ok().and_then(|Query(proof)| read(&id, &proof)) else {
        return reports.nobody(origin).await;
    };
    let door = &reports.front.door;
    match open(door, link, &origin).await {
        Ok(Some(report)) => answer(door.clone(), &report),
        Ok(None) => reports.nobody(origin).await,
        Err(stop) => {
            tracing::error!(error = %stop, "a report could not be fetched");
            unavailable().into_response()
        }
    }
}

fn read(id: &str, proof: &Proof) -> Option<Link> {
    let report = ReportId(Uuid::try_parse(id).ok()?);
    Some(Link { report, until: proof.until, signature: hex::decode(&proof.signature).ok()? })
}

/// The report that a link leads to, once it is on record who fetches it.
async fn open(door: &Arc<Door>, link: Link, origin: &(IpAddr, String)) -> Result<Option<Fetchable>, Stop> {
    let Some(report) = door.program("reports", "openLink").read(ByLink(link)).await? else { return Ok(None) };
    let (client, request_id) = (Some(origin.0), origin.1.clone());
    let caller = Caller { request_id, client, ..report.caller.clone() };
    match door.errand(caller, "requestReport").write(FetchReport(report.id)).await {
        Ok(()) => Ok(Some(report)),
        // What they may see has become less, or the report is gone.
        Err(Stop::Refused(_) | Stop::Denied(_)) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// The file, a part at a time.
fn answer(door: Arc<Door>, report: &Fetchable) -> Response {
    let parts = stream::iter(report.parts().collect::<Vec<_>>());
    let body = parts.then(move |part: PartOfReport| {
        let door = door.clone();
        async move {
            let gone = || io::Error::other("the report is gone");
            let part = door.program("reports", "readReport").read(part).await;
            part.map_err(io::Error::other)?.map(Bytes::from).ok_or_else(gone)
        }
    });
    let kind = match report.format {
        ReportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ReportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ReportFormat::Json => "application/ld+json",
        ReportFormat::Html => "text/html; charset=utf-8",
    };
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(report.size));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    for (name, value) in [
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", report.name)),
        (header::ETAG, format!("\"{}\"", report.sha256)),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    response
}

impl Reports {
    /// What anybody sees whose link leads nowhere, whether it never did or does no longer.
    async fn nobody(&self, origin: (IpAddr, String)) -> Response {
        let message = "This link does not work, or does no longer: ask for the report's `downloadUrl` again.";
        let refusal = Refusal::new(StatusCode::NOT_FOUND, message);
        let told = self.front.reject((Why::Unauthenticated, None), origin, refusal, |_| unavailable()).await;
        told.into_inner().into_response()
    }
}

fn unavailable() -> Refusal {
    Refusal::unavailable("The report cannot be fetched right now: try again shortly.", AGAIN)
}

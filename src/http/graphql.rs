//! GraphQL over HTTP: one request in, one answer out.

use std::{fmt, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};

use super::{
    answer::{Answer, Incoming},
    client::{Peer, TrustedProxies},
    envelope::RequestId,
    headers, negotiate, params,
    refusal::Refusal,
    reply,
};

/// Who answers, and whose word counts on where a request comes from.
pub struct GraphQl<A> {
    /// Who answers.
    pub answer: Arc<A>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Arc<TrustedProxies>,
}

impl<A> Clone for GraphQl<A> {
    fn clone(&self) -> Self {
        Self { answer: Arc::clone(&self.answer), proxies: Arc::clone(&self.proxies) }
    }
}

impl<A> fmt::Debug for GraphQl<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GraphQl").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// The route of the API. Every method comes here, so that `HEAD` is not taken for a `GET`.
pub fn routes<A: Answer>(graphql: GraphQl<A>) -> Router {
    Router::new().route("/graphql", any(exchange::<A>)).with_state(graphql)
}

async fn exchange<A: Answer>(State(graphql): State<GraphQl<A>>, request: Request) -> Response {
    if ![Method::GET, Method::POST].contains(request.method()) {
        return Refusal::method("GET, POST").into_response();
    }
    let media = match negotiate::accepted(request.headers()) {
        Ok(media) => media,
        Err(refusal) => return refusal.into_response(),
    };
    match incoming(request, &graphql.proxies).await {
        Ok(incoming) => reply::response(graphql.answer.answer(incoming).await, media),
        Err(refusal) => refusal.into_media(media),
    }
}

async fn incoming(request: Request, proxies: &TrustedProxies) -> Result<Incoming, Refusal> {
    let read_only = request.method() == Method::GET;
    if !read_only {
        negotiate::check_body(request.headers())?;
    }
    let (peer, request_id) = identity(&request)?;
    let authorization = headers::authorization(request.headers())?;
    let purpose = headers::purpose(request.headers())?;
    let reason = headers::reason(request.headers())?;
    let client = proxies.client(peer, request.headers());
    let params = if read_only {
        params::from_query(request.uri().query().unwrap_or_default())?
    } else {
        let body = Bytes::from_request(request, &()).await;
        params::from_body(
            &body.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?,
        )?
    };
    Ok(Incoming { params, authorization, purpose, reason, request_id, client, read_only })
}

/// What the server and the envelope have put there. Without them there is nobody to hold responsible.
fn identity(request: &Request) -> Result<(std::net::IpAddr, String), Refusal> {
    let peer = request.extensions().get::<Peer>();
    let id = request.extensions().get::<RequestId>();
    peer.zip(id).map(|(peer, id)| (peer.0, id.0.clone())).ok_or_else(|| {
        tracing::error!("a request came past the server or the envelope");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The request has no origin.")
    })
}

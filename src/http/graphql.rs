//! GraphQL over HTTP: one request in, one answer out.

use std::{fmt, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};

use super::{
    answer::{Answer, Head, Incoming},
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
    let read_only = request.method() == Method::GET;
    let received = if read_only { Ok(()) } else { negotiate::check_body(request.headers()) };
    let head = match received.and_then(|()| head(&request, &graphql.proxies)) {
        Ok(head) => head,
        Err(refusal) => return refusal.into_media(media),
    };
    let (head, params) = match stated(head, request.headers()) {
        (head, Ok(())) if read_only => (head, params::from_query(request.uri().query().unwrap_or_default())),
        (head, Ok(())) => match Bytes::from_request(request, &()).await {
            Ok(body) => (head, params::from_body(&body)),
            Err(rejection) => {
                return Refusal::new(rejection.status(), rejection.body_text()).into_media(media);
            }
        },
        (head, Err(malformed)) => (head, Err(malformed)),
    };
    let outcome = match params {
        Ok(params) => graphql.answer.answer(Incoming { head, params, read_only }).await,
        Err(malformed) => graphql.answer.refuse(head, malformed).await,
    };
    reply::response(outcome, media)
}

/// Who asks, before anything that they say about it.
fn head(request: &Request, proxies: &TrustedProxies) -> Result<Head, Refusal> {
    let (peer, request_id) = identity(request)?;
    let authorization = headers::authorization(request.headers())?;
    let client = proxies.client(peer, request.headers());
    Ok(Head { authorization, purpose: None, reason: None, request_id, client })
}

/// What they say about it, as far as it can be read.
fn stated(mut head: Head, headers: &HeaderMap) -> (Head, Result<(), Refusal>) {
    let read = headers::purpose(headers).and_then(|purpose| Ok((purpose, headers::reason(headers)?)));
    let stated = read.map(|stated| (head.purpose, head.reason) = stated);
    (head, stated)
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

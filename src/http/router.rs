//! Every path, in its envelope.

use std::{fmt, sync::Arc};

use axum::{Router, http::StatusCode, middleware::from_fn_with_state};
use tower_http::limit::RequestBodyLimitLayer;

use super::{
    answer::Answer,
    client::TrustedProxies,
    console,
    envelope::{self, Envelope, NewRequestId},
    graphql::{self, GraphQl},
    limits::Limits,
    probes::{self, Probes},
};

/// What the paths need from the rest of the program.
pub struct Site<A> {
    /// Who answers GraphQL.
    pub answer: Arc<A>,
    /// What the probes look at.
    pub probes: Probes,
    /// Makes request ids.
    pub new_request_id: NewRequestId,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
}

impl<A> fmt::Debug for Site<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Site").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// All paths, those of `more` among them. No response allows other origins: there are no cookies to protect and
/// nobody to invite.
pub fn router<A: Answer>(site: Site<A>, limits: &Limits, more: Router) -> Router {
    let envelope = Envelope { new_request_id: site.new_request_id, deadline: limits.request };
    let graphql = GraphQl { answer: site.answer, proxies: Arc::new(site.proxies) };
    Router::new()
        .merge(graphql::routes(graphql))
        .merge(probes::routes(site.probes))
        .merge(console::routes())
        .merge(more)
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(from_fn_with_state(envelope.clone(), envelope::in_time))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .layer(from_fn_with_state(envelope, envelope::wrap))
}

//! What third parties say by themselves of what they were asked.

use super::{
    client::{Peer, TrustedProxies},
    envelope::RequestId,
    identify::Front,
    refusal::Refusal,
    rejections::Why,
};
use crate::{
    access::{Code, Door, Stop},
    connector::{Connectors, Message},
    domain::{catalog::Catalogs, task::HearThirdParty},
};
use axum::{
    Router,
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use entity::{
    connector::Connector,
    ids::{SystemId, TaskId},
};
use std::{net::IpAddr, sync::Arc};
use tracing::Instrument;

/// What takes messages in.
#[derive(Clone, Debug)]
pub struct Callbacks {
    pub front: Arc<Front>,
    pub catalogs: Arc<Catalogs>,
    pub connectors: Arc<Connectors>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
}

/// The route of callbacks.
pub fn routes(callbacks: Callbacks) -> Router {
    Router::new().route("/callbacks/{task}", post(take_in)).with_state(callbacks)
}

async fn take_in(State(callbacks): State<Callbacks>, Path(task): Path<String>, request: Request) -> Response {
    let (peer, id) = (request.extensions().get::<Peer>(), request.extensions().get::<RequestId>());
    let Some((peer, id)) = peer.map(|peer| peer.0).zip(id.map(|id| id.0.clone())) else {
        tracing::error!("a request came past the server or the envelope");
        return Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The request has no origin.").into_response();
    };
    let client = callbacks.proxies.client(peer, request.headers());
    let headers = request.headers().clone();
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body.to_vec(),
        Err(rejection) => return Refusal::new(rejection.status(), rejection.body_text()).into_response(),
    };
    // Once it is proven to be theirs, it is taken in whether or not they wait for that.
    let span = tracing::Span::current();
    let heard = async move { callbacks.hear(&task, Message { headers, body }, (client, id)).await };
    let heard = tokio::spawn(heard.instrument(span)).await;
    heard.unwrap_or_else(|_| {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke.").into_response()
    })
}

impl Callbacks {
    async fn hear(&self, address: &str, message: Message, origin: (IpAddr, String)) -> Response {
        let door: &Arc<Door> = &self.front.door;
        let catalog = self.catalogs.current();
        let Some((task, system)) = parts(address) else { return nobody(&self.front, origin).await };
        let connector = catalog.systems.get(&system).and_then(|row| row.connector.as_ref());
        let Some(Connector::Http(http)) = connector else { return nobody(&self.front, origin).await };
        let proven = match self.connectors.prove(http, &message, door.now()) {
            Ok(proven) => proven,
            Err(failure) => {
                tracing::error!(%failure, system.id = %system, "messages cannot be proven to be theirs");
                return unavailable().into_response();
            }
        };
        if let Err(unproven) = proven {
            tracing::debug!(%unproven, system.id = %system, "a message was not proven to be theirs");
            return nobody(&self.front, origin).await;
        }
        let hear = HearThirdParty {
            catalog: catalog.clone(),
            connectors: self.connectors.clone(),
            task,
            system,
            message: Arc::new(message),
        };
        match door.program("callbacks", "hearThirdParty").write(hear).await {
            Ok(()) => StatusCode::NO_CONTENT.into_response(),
            Err(Stop::Refused(refusals)) => {
                let known = refusals.iter().all(|refusal| refusal.code != Code::NotFound);
                let status = if known { StatusCode::BAD_REQUEST } else { StatusCode::NOT_FOUND };
                let said = refusals.first().map(|refusal| refusal.message.clone()).unwrap_or_default();
                Refusal::new(status, said).into_response()
            }
            Err(stop) => {
                tracing::error!(error = %stop, "a message could not be taken in");
                unavailable().into_response()
            }
        }
    }
}

/// The task and the system that an address names.
fn parts(address: &str) -> Option<(TaskId, SystemId)> {
    let (task, system) = address.split_once('.')?;
    Some((TaskId(task.parse().ok()?), SystemId(system.parse().ok()?)))
}

/// What anybody hears who cannot prove who they are: not even whether there is such a task. How often that was is on record.
async fn nobody(front: &Front, origin: (IpAddr, String)) -> Response {
    let refused = Refusal::new(StatusCode::UNAUTHORIZED, "The message is not signed as it has to be.");
    let instead = |_: &Stop| unavailable();
    front.reject((Why::Unauthenticated, None), origin, refused, instead).await.into_inner().into_response()
}

fn unavailable() -> Refusal {
    Refusal::unavailable("This cannot be taken in right now.", std::time::Duration::from_secs(30))
}

//! `/graphql/ws`: what can be followed, by the protocol graphql-transport-ws. It carries no cookies: the token is in
//! `connection_init`, or in the headers where a client can set them.

use super::{
    answer::{Authorization, Head, Outcome, OutcomeKind, Params},
    client::{Peer, TrustedProxies},
    envelope::RequestId,
    headers,
    identify::Front,
    params,
    refusal::Refusal,
    reply,
};
use axum::{
    Router,
    extract::{
        FromRequestParts, Request, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    task::AbortHandle,
    time::{Instant, interval, timeout},
};

const PROTOCOL: &str = "graphql-transport-ws";

/// Connections at once, of all and of one caller.
const MOST: usize = 256;
const MOST_OF_ONE: usize = 8;

/// The same of those who have not said yet who they are, and of one address: they take no place of anybody else's.
const MOST_UNKNOWN: usize = 32;
const MOST_UNKNOWN_OF_ONE: usize = 4;

/// What one connection may follow at once.
const MOST_FOLLOWED: usize = 8;

/// Bytes of one message.
const LONGEST: usize = 64 * 1024;

/// For the token to arrive, for a message to be taken, and between two signs of life.
const INIT: Duration = Duration::from_secs(5);
const SEND: Duration = Duration::from_secs(10);
const ALIVE: Duration = Duration::from_secs(20);

/// How often the token of a connection is looked at that follows nothing. While it does, that is done each time it is looked at.
const TOKEN: Duration = Duration::from_secs(5);

/// Why a connection ends, as the protocol numbers it.
type Close = (u16, &'static str);

const MALFORMED: Close = (4400, "This is no message of graphql-transport-ws.");
const FORBIDDEN: Close = (4403, "Your token is not accepted here, or not any more.");
const NOT_YET: Close = (4401, "Send connection_init first.");
const INIT_LATE: Close = (4408, "connection_init did not arrive in time.");
const INIT_TWICE: Close = (4429, "connection_init was there already.");
const ID_TWICE: Close = (4409, "This id is in use.");
const CROWDED: Close = (4429, "You have too many connections: close some.");
const TOO_LONG: Close = (1009, "A message has at most 64 KiB.");
const STOPPING: Close = (1001, "The server stops.");
const LATER: Close = (1013, "This cannot be answered right now: try again shortly.");
const GONE: Close = (1000, "");

/// All connections, and what they need from the rest of the program.
#[derive(Clone)]
pub struct Sockets {
    front: Arc<Front>,
    proxies: Arc<TrustedProxies>,
    all: Arc<Semaphore>,
    unknown: Arc<Semaphore>,
    of_callers: Counts,
    of_addresses: Counts,
    stop: watch::Receiver<bool>,
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sockets").finish_non_exhaustive()
    }
}

impl Sockets {
    /// None so far. They end when `stop` says so.
    #[must_use]
    pub fn new(front: Arc<Front>, proxies: TrustedProxies, stop: watch::Receiver<bool>) -> Self {
        let [all, unknown] = [MOST, MOST_UNKNOWN].map(|most| Arc::new(Semaphore::new(most)));
        let (of_callers, of_addresses) = (Counts::default(), Counts::default());
        Self { front, proxies: Arc::new(proxies), all, unknown, of_callers, of_addresses, stop }
    }

    /// Waits until all have ended, once they were told to.
    pub async fn ended(self, mut stop: watch::Receiver<bool>) {
        let _ = stop.wait_for(|stop| *stop).await;
        let all = async |places: &Semaphore, most: usize| {
            let _ = places.acquire_many(u32::try_from(most).unwrap_or(u32::MAX)).await;
        };
        let ended = async { tokio::join!(all(&self.unknown, MOST_UNKNOWN), all(&self.all, MOST)) };
        if timeout(SEND, ended).await.is_err() {
            tracing::warn!("connections that follow something were cut off at shutdown");
        }
    }

    /// A place for somebody at this address who has not said yet who they are.
    fn place(&self, address: IpAddr) -> Option<Unknown> {
        let counted = self.of_addresses.one(address.to_string(), MOST_UNKNOWN_OF_ONE)?;
        let place = self.unknown.clone().try_acquire_owned().ok()?;
        Some(Unknown { _counted: counted, _place: place })
    }
}

/// The place of somebody who has not said yet who they are.
struct Unknown {
    _counted: OfOne,
    _place: OwnedSemaphorePermit,
}

/// How many connections there are of each.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<HashMap<String, usize>>>);

impl Counts {
    /// One more of these, if they may have it.
    fn one(&self, who: String, most: usize) -> Option<OfOne> {
        let mut of_each = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = of_each.entry(who.clone()).or_default();
        *count += 1;
        let counted = OfOne { who, of_each: self.clone() };
        if *count > most {
            drop(of_each);
            return None;
        }
        Some(counted)
    }
}

/// A connection of somebody's, counted for as long as it is there.
struct OfOne {
    who: String,
    of_each: Counts,
}

impl Drop for OfOne {
    fn drop(&mut self) {
        let mut of_each = self.of_each.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_each.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                of_each.remove(&self.who);
            }
        }
    }
}

/// A connection that is measured for as long as it is there.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!("sockets_open").increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("sockets_open").decrement(1);
    }
}

/// The route.
pub fn routes(sockets: Sockets) -> Router {
    Router::new().route("/graphql/ws", get(upgrade)).with_state(sockets)
}

async fn upgrade(State(sockets): State<Sockets>, request: Request) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let (mut parts, _) = request.into_parts();
    if is_foreign(&parts.headers) {
        return Refusal::new(StatusCode::FORBIDDEN, "Other origins may not connect.").into_response();
    }
    let head = peer.zip(id).ok_or_else(|| {
        tracing::error!("a request came past the server or the envelope");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The request has no origin.")
    });
    let head = head.and_then(|(peer, request_id)| {
        Ok(Head {
            authorization: headers::authorization(&parts.headers)?,
            purpose: headers::purpose(&parts.headers)?,
            reason: headers::reason(&parts.headers)?,
            request_id,
            client: sockets.proxies.client(peer, &parts.headers),
        })
    });
    let head = match head {
        Ok(head) => head,
        Err(refusal) => return refusal.into_response(),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]).max_message_size(LONGEST).max_frame_size(LONGEST),
        Err(rejection) => return Refusal::new(rejection.status(), rejection.body_text()).into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        return Refusal::bad("Speak graphql-transport-ws: `Sec-WebSocket-Protocol`.").into_response();
    }
    let Some(place) = sockets.place(head.client) else {
        let message = "Too many connections have not said yet who they are.";
        return Refusal::unavailable(message, Duration::from_secs(1)).into_response();
    };
    upgrade.on_upgrade(async move |socket| attend(sockets, head, socket, place).await)
}

/// Whether a page of another origin asks. There are no cookies that it could use; still, nobody is invited, as with `/graphql`.
fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, it)| it);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    !authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
}

async fn attend(sockets: Sockets, head: Head, mut socket: WebSocket, place: Unknown) {
    let _open = Open::new();
    let mut stop = sockets.stop.clone();
    let (code, reason) = tokio::select! {
        ended = serve(&sockets, head, &mut socket, place) => ended,
        _ = stop.wait_for(|stop| *stop) => STOPPING,
    };
    let frame = CloseFrame { code, reason: reason.into() };
    // Whoever does not take it is gone.
    let _ = timeout(SEND, socket.send(Message::Close(Some(frame)))).await;
}

/// Talks with one client until it is over, and says why.
async fn serve(sockets: &Sockets, head: Head, socket: &mut WebSocket, place: Unknown) -> Close {
    let initial = match timeout(INIT, next(socket)).await {
        Ok(Ok(message)) => message,
        Ok(Err(close)) => return close,
        Err(_) => return INIT_LATE,
    };
    if initial["type"] != "connection_init" {
        return NOT_YET;
    }
    let Some(head) = introduced(head, &initial["payload"]) else { return MALFORMED };
    let who = match sockets.front.admit(&head).await {
        Ok(who) => who,
        Err(outcome) if outcome.kind == OutcomeKind::Unavailable => return LATER,
        Err(_) => return FORBIDDEN,
    };
    let Some(_counted) = sockets.of_callers.one(who, MOST_OF_ONE) else { return CROWDED };
    let Ok(_place) = sockets.all.clone().try_acquire_owned() else { return LATER };
    drop(place);
    match send(socket, &json!({ "type": "connection_ack" })).await {
        Ok(()) => converse(sockets, &head, socket).await,
        Err(close) => close,
    }
}

/// Who asks, by what they say in `connection_init`, before what their headers say.
fn introduced(mut head: Head, payload: &Value) -> Option<Head> {
    let fields = match payload {
        Value::Null => return Some(head),
        Value::Object(fields) => fields,
        _ => return None,
    };
    let mut said = HeaderMap::new();
    for (name, value) in fields {
        let name = match name.to_ascii_lowercase().as_str() {
            "authorization" => header::AUTHORIZATION,
            "access-purpose" | "purpose" => headers::PURPOSE,
            "access-reason" | "reason" => headers::REASON,
            _ => continue,
        };
        add(&mut said, name, value)?;
    }
    match headers::authorization(&said).ok()? {
        Authorization::Absent => {}
        shown => head.authorization = shown,
    }
    head.purpose = headers::purpose(&said).ok()?.or(head.purpose);
    head.reason = headers::reason(&said).ok()?.or(head.reason);
    Some(head)
}

fn add(said: &mut HeaderMap, name: HeaderName, value: &Value) -> Option<()> {
    said.append(name, HeaderValue::from_str(value.as_str()?).ok()?);
    Some(())
}

/// What is followed, and what is told of it. When it goes, nothing is followed any more.
struct Running {
    tasks: HashMap<String, AbortHandle>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.values().for_each(AbortHandle::abort);
    }
}

/// An answer, or that there are no more.
type Told = (String, Option<Outcome>);

async fn converse(sockets: &Sockets, head: &Head, socket: &mut WebSocket) -> Close {
    let (tell, mut told) = mpsc::channel::<Told>(MOST_FOLLOWED);
    let mut running = Running { tasks: HashMap::new() };
    let (mut alive, mut token, mut heard) = (interval(ALIVE), interval(TOKEN), Instant::now());
    loop {
        let done = tokio::select! {
            received = next_or_ping(socket) => {
                heard = Instant::now();
                match received {
                    Ok(Some(message)) => take(sockets, head, socket, &mut running, &tell, &message).await,
                    Ok(None) => Ok(()),
                    Err(close) => Err(close),
                }
            }
            Some((id, outcome)) = told.recv() => {
                if running.tasks.contains_key(&id) {
                    pass_on(socket, &mut running, id, outcome).await
                } else {
                    // Nobody wants to know any more.
                    Ok(())
                }
            }
            _ = alive.tick() => {
                if heard.elapsed() > ALIVE * 3 {
                    return GONE;
                }
                sent(socket, Message::Ping(Vec::new().into())).await
            }
            _ = token.tick(), if running.tasks.is_empty() => match sockets.front.admit(head).await {
                Err(outcome) if outcome.kind != OutcomeKind::Unavailable => Err(FORBIDDEN),
                _ => Ok(()),
            }
        };
        if let Err(close) = done {
            return close;
        }
    }
}

/// Does what a client says.
async fn take(
    sockets: &Sockets,
    head: &Head,
    socket: &mut WebSocket,
    running: &mut Running,
    tell: &mpsc::Sender<Told>,
    message: &Value,
) -> Result<(), Close> {
    let id = message["id"].as_str().filter(|id| (1..=128).contains(&id.len()));
    match (message["type"].as_str(), id) {
        (Some("ping"), _) => send(socket, &json!({ "type": "pong" })).await,
        (Some("pong"), _) => Ok(()),
        (Some("connection_init"), _) => Err(INIT_TWICE),
        (Some("complete"), Some(id)) => {
            if let Some(task) = running.tasks.remove(id) {
                task.abort();
            }
            Ok(())
        }
        (Some("subscribe"), Some(id)) => {
            if running.tasks.contains_key(id) {
                return Err(ID_TWICE);
            }
            if running.tasks.len() >= MOST_FOLLOWED {
                let message = format!("At most {MOST_FOLLOWED} can be followed by one connection.");
                let errors = json!([{ "message": message, "extensions": { "code": "RATE_LIMITED" } }]);
                return send(socket, &json!({ "id": id, "type": "error", "payload": errors })).await;
            }
            let body = serde_json::to_vec(&message["payload"]).map_err(|_| MALFORMED)?;
            let asked = params::from_body(&body);
            let work = followed(sockets.front.clone(), head.clone(), asked, id.to_owned(), tell.clone());
            running.tasks.insert(id.to_owned(), tokio::spawn(work).abort_handle());
            Ok(())
        }
        _ => Err(MALFORMED),
    }
}

async fn followed(
    front: Arc<Front>,
    head: Head,
    asked: Result<Params, Refusal>,
    id: String,
    tell: mpsc::Sender<Told>,
) {
    use super::answer::Answer;
    match asked {
        Err(malformed) => {
            let _ = tell.send((id.clone(), Some(front.refuse(head, malformed).await))).await;
        }
        Ok(asked) => {
            let (told, mut hear) = mpsc::channel(1);
            let pass_on = async {
                while let Some(outcome) = hear.recv().await {
                    if tell.send((id.clone(), Some(outcome))).await.is_err() {
                        return;
                    }
                }
            };
            tokio::join!(front.follow(head, asked, told), pass_on);
        }
    }
    let _ = tell.send((id, None)).await;
}

/// Tells a client what came of what it follows.
async fn pass_on(
    socket: &mut WebSocket,
    running: &mut Running,
    id: String,
    outcome: Option<Outcome>,
) -> Result<(), Close> {
    let Some(outcome) = outcome else {
        running.tasks.remove(&id);
        return send(socket, &json!({ "id": id, "type": "complete" })).await;
    };
    let kind = outcome.kind;
    let payload = reply::payload(outcome);
    if kind == OutcomeKind::Executed {
        return send(socket, &json!({ "id": id, "type": "next", "payload": payload })).await;
    }
    // It says by itself that there is no more.
    running.tasks.remove(&id);
    send(socket, &json!({ "id": id, "type": "error", "payload": payload["errors"] })).await?;
    match kind {
        OutcomeKind::Unauthenticated | OutcomeKind::Forbidden => Err(FORBIDDEN),
        _ => Ok(()),
    }
}

/// The next message.
async fn next(socket: &mut WebSocket) -> Result<Value, Close> {
    loop {
        if let Some(message) = next_or_ping(socket).await? {
            return Ok(message);
        }
    }
}

fn is_too_long(error: axum::Error) -> bool {
    let error = error.into_inner().downcast::<tungstenite::Error>();
    error.is_ok_and(|error| matches!(*error, tungstenite::Error::Capacity(_)))
}

/// The next message, or `None` for a sign of life.
async fn next_or_ping(socket: &mut WebSocket) -> Result<Option<Value>, Close> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).map(Some).map_err(|_| MALFORMED),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Binary(_))) => Err(MALFORMED),
        Some(Err(error)) => Err(if is_too_long(error) { TOO_LONG } else { GONE }),
        Some(Ok(Message::Close(_))) | None => Err(GONE),
    }
}

async fn send(socket: &mut WebSocket, message: &Value) -> Result<(), Close> {
    sent(socket, Message::Text(message.to_string().into())).await
}

async fn sent(socket: &mut WebSocket, message: Message) -> Result<(), Close> {
    match timeout(SEND, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(GONE),
    }
}

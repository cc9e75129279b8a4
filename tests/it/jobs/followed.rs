//! `jobProgress`: a job is followed over a socket, as clients of graphql-transport-ws do.

use crate::support::{Client, TestApp};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Request},
};

const FOLLOW: &str =
    "subscription ($id: ID!) { jobProgress(jobId: $id) { id state total plan { customerCount } } }";

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

fn request(app: &TestApp) -> Request<()> {
    let url = app.url.get().unwrap().replace("http://", "ws://") + "/graphql/ws";
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request
}

/// The status of somebody who may not connect at all.
async fn turned_away(request: Request<()>) -> u16 {
    match connect_async(request).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{:?}", other.map(|_| ())),
    }
}

impl Socket {
    async fn open(app: &TestApp) -> Self {
        let (socket, answer) = connect_async(request(app)).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Self(socket)
    }

    /// The same, and says who asks.
    async fn of(client: &Client<'_>) -> Self {
        let mut socket = Self::open(client.app).await;
        socket.says(&init(client)).await;
        assert_eq!(socket.hears().await, Ok(json!({ "type": "connection_ack" })));
        socket
    }

    async fn says(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribes(&mut self, id: &str, document: &str, job: &Value) {
        let payload = json!({ "query": document, "variables": { "id": job } });
        self.says(&json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// The next message, or with which code it was closed.
    async fn hears(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(Duration::from_secs(20), self.0.next()).await.expect("nothing is said") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.unwrap().code.into()),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn init(client: &Client<'_>) -> Value {
    let token = client.token.as_deref().unwrap_or_default();
    let mut payload = json!({ "authorization": format!("Bearer {token}"), "Access-Reason": "T-1" });
    if let Some(purpose) = &client.purpose {
        payload["Access-Purpose"] = json!(purpose);
    }
    json!({ "type": "connection_init", "payload": payload })
}

async fn events(app: &TestApp) -> usize {
    app.database
        .rows("SELECT 1 FROM audit_event WHERE operation = 'jobProgress' AND outcome = 'ALLOWED'")
        .await
        .len()
}

#[tokio::test]
async fn a_job_is_told_of_each_time_it_moves_on_and_that_is_on_record() {
    let app = TestApp::reachable().await;
    let references = app.registered(8200..8203).await;
    let officer = app.compliance();
    let job = officer.asked_for("followed", json!({ "references": references, "dryRun": true })).await;
    let mut socket = Socket::of(&officer).await;
    socket.subscribes("1", FOLLOW, &job["id"]).await;
    let first = socket.hears().await.unwrap();
    let told = |state: &str, plan: Value| {
        json!({ "id": "1", "type": "next", "payload":
        { "data": { "jobProgress": { "id": job["id"], "state": state, "total": 3, "plan": plan } } } })
    };
    assert_eq!(first, told("QUEUED", json!(null)));
    socket.says(&json!({ "type": "ping" })).await;
    assert_eq!(
        socket.hears().await,
        Ok(json!({ "type": "pong" })),
        "nothing is told for as long as nothing changes"
    );
    assert_eq!(events(&app).await, 1);
    app.run_jobs().await;
    assert_eq!(socket.hears().await, Ok(told("PREVIEW", json!({ "customerCount": 3 }))));
    assert_eq!(socket.hears().await, Ok(json!({ "id": "1", "type": "complete" })), "it ends with the job");
    assert_eq!(events(&app).await, 2, "each is an access");
    // One that is over is told of once; and whoever does not want to know any more is not told.
    socket.subscribes("2", FOLLOW, &job["id"]).await;
    assert_eq!(socket.hears().await.unwrap()["type"], "next");
    assert_eq!(socket.hears().await, Ok(json!({ "id": "2", "type": "complete" })));
    // When the server stops, it says so.
    let other = officer.asked_for("other", json!({ "references": references, "dryRun": true })).await;
    socket.subscribes("3", FOLLOW, &other["id"]).await;
    assert_eq!(socket.hears().await.unwrap()["id"], "3");
    app.finish().await;
    assert_eq!(socket.hears().await, Err(1001));
}

#[tokio::test]
async fn who_may_not_follow_is_told_nothing_of_the_job() {
    let app = TestApp::reachable().await;
    let references = app.registered(8210..8211).await;
    let officer = app.compliance();
    let job = officer.asked_for("followed", json!({ "references": references, "dryRun": true })).await;
    let mut agent = Socket::of(&app.agent()).await;
    agent.subscribes("1", FOLLOW, &job["id"]).await;
    let denied = agent.hears().await.unwrap();
    assert_eq!(
        (&denied["payload"]["data"], &denied["payload"]["errors"][0]["extensions"]["code"]),
        (&json!(null), &json!("FORBIDDEN"))
    );
    assert_eq!(agent.hears().await, Ok(json!({ "id": "1", "type": "complete" })));
    let mut auditor = Socket::of(&app.auditor()).await;
    for (id, document, code) in [
        ("1", "query ($id: ID!) { job(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "2",
            "subscription ($id: ID!) { a: jobProgress(jobId: $id) { id } b: jobProgress(jobId: $id) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "3",
            "subscription ($id: ID!) { ...F } fragment F on Subscription { jobProgress(jobId: $id) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("4", "subscription {", "GRAPHQL_PARSE_FAILED"),
        ("5", "subscription ($id: ID!) { jobProgress(jobId: $id) { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        auditor.subscribes(id, document, &job["id"]).await;
        let error = auditor.hears().await.unwrap();
        assert_eq!((&error["id"], &error["type"]), (&json!(id), &json!("error")), "{error:#}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error:#}");
    }
    auditor.subscribes("6", FOLLOW, &json!("nothing")).await;
    assert_eq!(
        auditor.hears().await.unwrap()["payload"]["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert_eq!(auditor.hears().await, Ok(json!({ "id": "6", "type": "complete" })));
    auditor.subscribes("7", FOLLOW, &job["id"]).await;
    assert_eq!(auditor.hears().await.unwrap()["payload"]["data"]["jobProgress"]["state"], "QUEUED");
    // Nowhere else.
    let posted = officer.ask(FOLLOW, json!({ "id": job["id"] })).await;
    assert_eq!(posted.code(), Some("GRAPHQL_VALIDATION_FAILED"));
    // A token is looked at again each time.
    app.advance(chrono::TimeDelta::days(8));
    assert_eq!(auditor.hears().await.unwrap()["type"], "error");
    assert_eq!(auditor.hears().await, Err(4403));
    app.finish().await;
}

#[tokio::test]
async fn a_connection_is_opened_as_the_protocol_says_or_closed() {
    let app = TestApp::reachable().await;
    let mut foreign = request(&app);
    foreign.headers_mut().insert("origin", "https://elsewhere.example".parse().unwrap());
    assert_eq!(turned_away(foreign).await, 403);
    let mut old = request(&app);
    old.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    assert_eq!(turned_away(old).await, 400);
    let officer = app.compliance();
    let forged = Client { token: Some("a.b.c".to_owned()), ..officer.clone() };
    for (message, code) in [
        (init(&forged), 4403),
        (json!({ "type": "connection_init" }), 4403),
        (json!({ "type": "connection_init", "payload": "me" }), 4400),
        (json!({ "type": "subscribe", "id": "1", "payload": { "query": FOLLOW } }), 4401),
        (json!("hello"), 4401),
    ] {
        let mut socket = Socket::open(&app).await;
        socket.says(&message).await;
        assert_eq!(socket.hears().await, Err(code), "{message}");
    }
    // Where headers can be set, the token may be there.
    let mut by_header = request(&app);
    let bearer = format!("Bearer {}", officer.token.as_deref().unwrap());
    by_header.headers_mut().insert("authorization", bearer.parse().unwrap());
    let mut socket = Socket(connect_async(by_header).await.unwrap().0);
    socket.says(&json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hears().await, Ok(json!({ "type": "connection_ack" })));
    socket.says(&init(&officer)).await;
    assert_eq!(socket.hears().await, Err(4429), "it was said already");
    let mut silent = Socket::open(&app).await;
    assert_eq!(silent.hears().await, Err(4408), "whoever does not say who they are does not stay");
    // So many of one caller, and no more.
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Socket::of(&officer).await);
    }
    let mut ninth = Socket::open(&app).await;
    ninth.says(&init(&officer)).await;
    assert_eq!(ninth.hears().await, Err(4429));
    let references = app.registered(8220..8221).await;
    let job = officer.asked_for("same", json!({ "references": references, "dryRun": true })).await;
    let socket = &mut open[0];
    socket.subscribes("1", FOLLOW, &job["id"]).await;
    assert_eq!(socket.hears().await.unwrap()["type"], "next");
    socket.subscribes("1", FOLLOW, &job["id"]).await;
    assert_eq!(socket.hears().await, Err(4409), "two of one id cannot be told apart");
    app.finish().await;
}

/// Whoever does not say who they are takes nobody else's place.
#[tokio::test]
async fn strangers_do_not_keep_others_out() {
    let app = TestApp::reachable().await;
    let officer = app.compliance();
    let mut strangers = Vec::new();
    for _ in 0..4 {
        strangers.push(Socket::open(&app).await);
    }
    assert_eq!(turned_away(request(&app)).await, 503);
    strangers[0].says(&init(&officer)).await;
    assert_eq!(strangers[0].hears().await, Ok(json!({ "type": "connection_ack" })));
    let mut another = Socket::of(&officer).await;
    // What is too long is said to be, and a token that has expired is one also of somebody who follows nothing.
    let long = "x".repeat(64 * 1024);
    another.says(&json!({ "type": "ping", "payload": long })).await;
    assert_eq!(another.hears().await, Err(1009));
    app.advance(chrono::TimeDelta::days(8));
    assert_eq!(strangers[0].hears().await, Err(4403));
    app.finish().await;
}

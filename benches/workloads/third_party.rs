//! A third party with a privacy API, as `docs/third-party-api.md` says it: it does everything at once, and remembers whom it
//! did it for.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode},
    routing::post,
};
use kartotek::{
    access::{Clock, SystemClock},
    connector::http::{ID, Keys, SIGNATURE, Signed, TIMESTAMP},
};
use serde_json::{Value, json};

use crate::Result;

/// The variable that the server finds the secret in.
pub const VARIABLE: &str = "KARTOTEK_SECRET_PARTY";

/// What both sign with. It opens nothing but what is made up here.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

/// One that answers for as long as the measurement lasts.
pub struct ThirdParty {
    pub address: SocketAddr,
    asked: Arc<Asked>,
}

struct Asked {
    keys: Keys,
    /// How often each thing was asked for, by its idempotency key.
    times: Mutex<HashMap<String, u32>>,
}

impl ThirdParty {
    pub async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let keys = Keys::parse(&SECRET.to_owned().into())?;
        let asked = Arc::new(Asked { keys, times: Mutex::default() });
        // Any path: each recipient has its own.
        let router = Router::new().route("/{*recipient}", post(answer)).with_state(asked.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, asked })
    }

    /// How many things it was asked to do, and how many of them more than once.
    pub fn asked(&self) -> (usize, usize) {
        let times = self.asked.times.lock().unwrap_or_else(PoisonError::into_inner);
        (times.len(), times.values().filter(|times| **times > 1).count())
    }
}

async fn answer(
    State(asked): State<Arc<Asked>>,
    headers: HeaderMap,
    body: Bytes,
) -> std::result::Result<Response<Body>, StatusCode> {
    let (now, wrong) = (SystemClock.now(), |_| StatusCode::UNAUTHORIZED);
    let signed = Signed::from_headers(&headers).map_err(wrong)?;
    asked.keys.verify(signed, &body, now).map_err(wrong)?;
    let request = serde_json::from_slice::<Value>(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let key = request["subject_request_id"].as_str().ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    *asked.times.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default() += 1;
    let mut said = json!({ "subject_request_id": key, "request_status": "completed", "results_count": 1 });
    if request["extensions"]["kartotek"]["action"] == "EXPORT" {
        said["data"] = json!({ "plan": "small" });
    }
    let said = said.to_string();
    let proof = asked.keys.sign(signed.id, now, said.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    let response = Response::builder()
        .header("content-type", "application/json")
        .header(ID, signed.id)
        .header(TIMESTAMP, now.timestamp())
        .header(SIGNATURE, proof);
    response.body(Body::from(said)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

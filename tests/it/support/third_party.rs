//! A third party with a privacy API on a real socket: it does what it is told to, and keeps its own record of it.

use super::{
    clock::FakeClock,
    trap::{Moment, Trap},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
    routing::post,
};
use futures::stream;
use kartotek::connector::http::{ID, Keys, SIGNATURE, TIMESTAMP};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

/// What requests and answers of tests are signed with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

/// How it answers.
#[derive(Clone, Debug)]
pub enum Manner {
    /// Does it, and says so.
    Does,
    /// Does it, and hangs up without a word.
    DoesAndHangsUp,
    /// Does it, and gives this.
    Gives(Value),
    /// Takes it in, and does it later.
    Later,
    /// Does nothing, and says this.
    Says(u16, Value),
    /// Does nothing, and asks to come back in so many seconds.
    Busy(u64),
    /// Does it, after a while.
    Slowly(Duration),
}

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The idempotency key.
    pub key: String,
    pub body: Value,
}

#[derive(Debug)]
struct Record {
    asked: Vec<Asked>,
    /// What was done, by idempotency key, and how often it was asked for.
    done: BTreeMap<String, u32>,
    next: VecDeque<Manner>,
    usual: Manner,
    messages: u32,
}

/// A message, and what proves whose it is.
#[derive(Clone, Debug)]
pub struct Signed {
    message: String,
    at: i64,
    signature: String,
    body: String,
}

/// The third party, for as long as its runtime lives.
#[derive(Clone, Debug)]
pub struct FakeThirdParty {
    pub url: String,
    /// Who dies of what it is asked.
    pub trap: Trap,
    record: Arc<Mutex<Record>>,
    clock: FakeClock,
}

impl FakeThirdParty {
    /// One that does everything at once.
    pub async fn new(clock: FakeClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/dsr", listener.local_addr().unwrap());
        let record = Record {
            asked: Vec::new(),
            done: BTreeMap::new(),
            next: VecDeque::new(),
            usual: Manner::Does,
            messages: 0,
        };
        let party = Self { url, trap: Trap::default(), record: Arc::new(Mutex::new(record)), clock };
        let router = Router::new().route("/dsr", post(answer)).with_state(party.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        party
    }

    /// Answers the next requests so, and then as usual.
    pub fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        self.record.lock().unwrap().next.extend(manners);
    }

    /// Answers so from now on.
    pub fn usually(&self, manner: Manner) {
        self.record.lock().unwrap().usual = manner;
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.record.lock().unwrap().asked.clone()
    }

    /// Everything it ever did, by idempotency key.
    pub fn done(&self) -> Vec<String> {
        self.record.lock().unwrap().done.keys().cloned().collect()
    }

    /// Does what a request asked for, and calls back; the callback's status.
    pub async fn call_back(&self, asked: &Asked, status: &str) -> u16 {
        if status == "completed" {
            *self.record.lock().unwrap().done.entry(asked.key.clone()).or_default() += 1;
        }
        let message = {
            let mut record = self.record.lock().unwrap();
            record.messages += 1;
            format!("msg_{}", record.messages)
        };
        self.send(asked, &message, &said(&asked.key, status), None).await
    }

    /// Calls back with this message id and body, signed now or with this signature.
    pub async fn send(&self, asked: &Asked, message: &str, body: &Value, signature: Option<&str>) -> u16 {
        let mut signed = self.signed(message, body);
        if let Some(signature) = signature {
            signature.clone_into(&mut signed.signature);
        }
        self.post(asked, signed).await
    }

    /// A message, signed now.
    pub fn signed(&self, message: &str, body: &Value) -> Signed {
        let (at, body) = (self.clock.peek(), body.to_string());
        let signature = keys().sign(message, at, body.as_bytes()).unwrap();
        Signed { message: message.to_owned(), at: at.timestamp(), signature, body }
    }

    /// Sends it to where the request said; the status.
    pub async fn post(&self, asked: &Asked, signed: Signed) -> u16 {
        let url = asked.body["status_callback_urls"][0].as_str().unwrap();
        let request = reqwest::Client::new().post(url).header(ID, signed.message);
        let request = request.header(TIMESTAMP, signed.at).header(SIGNATURE, signed.signature);
        request.body(signed.body).send().await.unwrap().status().as_u16()
    }
}

fn keys() -> Keys {
    Keys::parse(&SECRET.to_owned().into()).unwrap()
}

pub fn said(key: &str, status: &str) -> Value {
    json!({ "subject_request_id": key, "request_status": status, "ground": "LEGAL_OBLIGATION" })
}

async fn answer(State(party): State<FakeThirdParty>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let manner = {
        let mut record = party.record.lock().unwrap();
        record.asked.push(Asked { key: key.clone(), body: serde_json::from_slice(&body).unwrap() });
        record.next.pop_front().unwrap_or_else(|| record.usual.clone())
    };
    party.trap.at(Moment::Asked);
    let does = || {
        *party.record.lock().unwrap().done.entry(key.clone()).or_default() += 1;
        party.trap.at(Moment::Done);
    };
    let (status, body) = match manner {
        Manner::Does => {
            does();
            (200, said(&key, "completed"))
        }
        Manner::Slowly(wait) => {
            tokio::time::timeout(wait, std::future::pending::<()>()).await.unwrap_err();
            does();
            (200, said(&key, "completed"))
        }
        Manner::DoesAndHangsUp => {
            does();
            let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("hung up")) });
            return Response::new(Body::from_stream(broken));
        }
        Manner::Gives(data) => {
            does();
            let mut body = said(&key, "completed");
            body["data"] = data;
            (200, body)
        }
        Manner::Later => (202, said(&key, "received")),
        Manner::Says(status, body) => (status, body),
        Manner::Busy(seconds) => {
            let busy = Response::builder().status(429).header("retry-after", seconds);
            return busy.body(Body::empty()).unwrap();
        }
    };
    let (body, now) = (body.to_string(), party.clock.peek());
    // Once the connection has had its turn, the answer is on its way.
    let trap = party.trap.clone();
    tokio::spawn(async move { trap.at(Moment::Answered) });
    Response::builder()
        .status(status)
        .header(ID, &key)
        .header(TIMESTAMP, now.timestamp())
        .header(SIGNATURE, keys().sign(&key, now, body.as_bytes()).unwrap())
        .body(Body::from(body))
        .unwrap()
}
